-- Batches that may hold tags of the contents in `replaced`: of each stream its first look.
SELECT DISTINCT min(e.batch_id) AS batch_id
FROM core.engagement AS e SEMI JOIN replaced USING (mention_id, content_hash)
JOIN core.batch USING (batch_id)
GROUP BY e.mention_id, e.content_hash, batch.stream
UNION
SELECT v.batch_id
FROM core.mention_version AS v SEMI JOIN replaced USING (mention_id, content_hash);
