-- Every look at the mentions that are young enough for a rule. The order of the join is meant: the
-- young ones are found by their index.
SELECT l.mention_id, l.observed_at, l.likes, l.shares, l.comments, l.views, l.followers
FROM mention AS m
CROSS JOIN look AS l ON l.mention_id = m.mention_id
WHERE m.published_at >= ? AND NOT m.gone
ORDER BY l.mention_id, l.observed_at
