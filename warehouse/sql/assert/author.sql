-- Every author has a mention, and every mention's author is known, as are those with followers.
SELECT 'mention without author' AS fault, mention_id AS id
FROM mention_check ANTI JOIN core.author USING (author_key)
WHERE author_key IS NOT NULL
UNION ALL
SELECT 'author without mention', author_key
FROM core.author SEMI JOIN touched_author USING (author_key)
ANTI JOIN core.mention USING (author_key)
UNION ALL
SELECT 'author twice', author_key
FROM core.author SEMI JOIN touched_author USING (author_key)
GROUP BY author_key HAVING count(*) > 1
UNION ALL
SELECT 'followers without author', author_key
FROM core.author_follower ANTI JOIN core.author USING (author_key)
WHERE rowid >= $since
UNION ALL
SELECT 'followers of an author who left', author_key
FROM core.author_follower SEMI JOIN (
    SELECT author_key FROM touched_author ANTI JOIN core.author USING (author_key)
) AS left_over USING (author_key)
LIMIT 5;
