-- A look with a content saw one of the mention's versions.
SELECT mention_id, observed_at, content_hash
FROM core.engagement SEMI JOIN touched USING (mention_id)
ANTI JOIN core.mention_version USING (mention_id, content_hash)
WHERE content_hash IS NOT NULL
LIMIT 5;
