-- Batches whose tags are of a content that stands again. $batch_id.
SELECT DISTINCT v.batch_id
FROM replaced JOIN version_now AS v USING (mention_id, content_hash)
WHERE v.batch_id <> $batch_id;
