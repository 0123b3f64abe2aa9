-- A deletion leaves its tombstone; forget.sql takes away everything else. $batch_id.
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
