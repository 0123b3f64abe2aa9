-- A deletion leaves its tombstone and nothing else. $batch_id.
INSERT INTO core.tombstone BY NAME
SELECT
    mention_id, any_value(source) AS source, min(deleted_at) AS deleted_at,
    min(observed_at) AS observed_at, $batch_id AS batch_id
FROM stage WHERE bucket = 'deleted'
GROUP BY mention_id
ON CONFLICT (mention_id) DO UPDATE SET
    deleted_at = least(tombstone.deleted_at, excluded.deleted_at),
    observed_at = least(tombstone.observed_at, excluded.observed_at)
WHERE excluded.deleted_at < tombstone.deleted_at OR excluded.observed_at < tombstone.observed_at;

-- The rejects of a deleted item may hold its text. (DELETE … USING must not match a row twice:
-- DuckDB 1.5.5 fails on rows of the same transaction.)
DELETE FROM core.quarantine
WHERE (source, native_id) IN (SELECT (source, native_id) FROM stage WHERE bucket = 'deleted');
DELETE FROM core.quarantine
WHERE source = 'desk' AND native_id IN (SELECT mention_id FROM gone);

DELETE FROM core.mention WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.mention_version WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.engagement WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.mention_stream WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.mention_query WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.mention_brand WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.label WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.target_label WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.label_failure WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.correction WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.mention_topic WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.discovered_topic_mention WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.entity WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.flag WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.embedding WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.mention_band WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.off_topic WHERE mention_id IN (SELECT mention_id FROM gone);
