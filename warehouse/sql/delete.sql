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

DELETE FROM core.mention WHERE rowid IN (SELECT row_no FROM lost);
DELETE FROM core.mention_version
WHERE rowid IN (SELECT row_no FROM known_version SEMI JOIN gone USING (mention_id));
DELETE FROM core.engagement
WHERE rowid IN (SELECT row_no FROM known_look SEMI JOIN gone USING (mention_id));
DELETE FROM core.mention_stream
WHERE rowid IN (SELECT row_no FROM known_stream SEMI JOIN gone USING (mention_id));
DELETE FROM core.mention_query
WHERE rowid IN (SELECT row_no FROM known_query SEMI JOIN gone USING (mention_id));

-- Where nothing is lost, none of these is looked through. What belongs to the standing content
-- goes with outdated.sql.
DELETE FROM core.label WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.target_label WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.label_failure WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.correction WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.discovered_topic_mention WHERE mention_id IN (SELECT mention_id FROM lost);
