-- What a build needs to know before it begins. $models: what the models are made by. Returns whether
-- the last good build was made by the same, whether everything must be built, how many mentions
-- changed, and of how many. After a build that was broken off, failed or was of some models only,
-- tables know the same mention at different moments, and nobody knows all of them: everything is.
CREATE SCHEMA IF NOT EXISTS staging;

CREATE TABLE IF NOT EXISTS staging.built (models VARCHAR NOT NULL);

COMMENT ON TABLE staging.built IS
    'What made the models of the last good build, as a SHA-256. Grain: one row.';

COMMENT ON COLUMN staging.built.models IS 'SHA-256 of the models'' files and their tools.';

CREATE TABLE IF NOT EXISTS staging.building (since TIMESTAMPTZ NOT NULL);

COMMENT ON TABLE staging.building IS
    'Builds since the last good one of all: what they left of a mention need not agree. Grain: since.';

COMMENT ON COLUMN staging.building.since IS 'When it began (UTC).';

SELECT
    (SELECT coalesce(bool_or(models = $models), false) FROM staging.built) AS built,
    (SELECT coalesce(bool_or(whole), false) FROM core.change)
    OR EXISTS (FROM staging.building) AS is_whole,
    (SELECT count(DISTINCT mention_id) FROM core.change) AS changed,
    (SELECT count(*) FROM core.mention) AS mentions;
