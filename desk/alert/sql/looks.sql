-- Every look at a mention.
SELECT observed_at, likes, shares, comments, views, followers
FROM look
WHERE mention_id = ?
ORDER BY observed_at
