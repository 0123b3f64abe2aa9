-- A look with a content saw one of the mention's versions.
SELECT mention_id, observed_at, content_hash
FROM core.engagement
ANTI JOIN version_check USING (mention_id, content_hash)
WHERE rowid >= $since AND content_hash IS NOT NULL
LIMIT 5;
