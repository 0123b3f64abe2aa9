-- Every author has a mention, and every mention's author is known.
SELECT 'mention without author' AS fault, m.mention_id AS id
FROM core.mention AS m SEMI JOIN touched USING (mention_id)
ANTI JOIN core.author USING (author_key)
WHERE m.author_key IS NOT NULL
UNION ALL
SELECT 'author without mention', author_key
FROM core.author SEMI JOIN touched_author USING (author_key)
ANTI JOIN core.mention USING (author_key)
UNION ALL
SELECT 'followers without author', author_key
FROM core.author_follower SEMI JOIN touched_author USING (author_key)
ANTI JOIN core.author USING (author_key)
LIMIT 5;
