-- Mentions of which something changed with this batch: what it says itself, members of clusters
-- that changed, and mentions whose author, or whose author's followers, are told otherwise now.
CREATE OR REPLACE TEMP TABLE followed_mention AS
SELECT mention_id, author_key, published_at FROM author_mention SEMI JOIN followed USING (author_key)
UNION
SELECT mention_id, author_key, published_at
FROM core.mention SEMI JOIN (
    SELECT author_key FROM followed ANTI JOIN touched_author USING (author_key)
) AS other USING (author_key);

CREATE OR REPLACE TEMP TABLE changed AS
SELECT mention_id FROM said
UNION SELECT mention_id FROM shaken
UNION SELECT mention_id
FROM author_mention SEMI JOIN (SELECT author_key FROM renamed WHERE is_retold) AS retold USING (author_key)
UNION SELECT m.mention_id
FROM followed_mention AS m JOIN followed AS f USING (author_key)
WHERE m.published_at >= f.since AND m.published_at < f.until
UNION SELECT e.mention_id
FROM core.engagement AS e
JOIN followed_mention AS m USING (mention_id)
JOIN followed AS f USING (author_key)
WHERE e.followers IS NULL AND e.observed_at >= f.since AND e.observed_at < f.until;
