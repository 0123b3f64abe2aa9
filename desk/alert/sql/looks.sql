-- Every look at a mention of the window that is still there.
SELECT l.mention_id, l.observed_at, l.likes, l.shares, l.comments, l.views, l.followers
FROM look AS l
JOIN mention AS m USING (mention_id)
WHERE NOT m.gone
ORDER BY l.mention_id, l.observed_at
