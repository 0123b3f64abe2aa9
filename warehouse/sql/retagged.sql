-- Writes down that a re-tagged file was loaded. $batch_id, $tagged_at, $now; $weights: its model;
-- $versions, $taggers, $stated: the versions of its taggers.
INSERT INTO core.retag (batch_id, tagged_at, taggers, loaded_at)
VALUES ($batch_id, $tagged_at, $versions, $now);

UPDATE core.batch SET model = $weights WHERE batch_id = $batch_id;

-- What batches were tagged with anew is newer than what they were tagged with first.
INSERT INTO core.tagger_version
SELECT
    unnest($taggers::VARCHAR[]) AS tagger, unnest($stated::VARCHAR[]) AS version,
    $tagged_at AS tagged_at, $tagged_at AS retagged_at
ON CONFLICT (tagger, version) DO UPDATE SET
    retagged_at = greatest(tagger_version.retagged_at, excluded.retagged_at);
