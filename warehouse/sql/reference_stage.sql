-- The rows of one reference batch. $landed, $batch_id, $source.
CREATE OR REPLACE TEMP TABLE stage AS SELECT * FROM read_parquet($landed);

CREATE OR REPLACE TEMP TABLE outcome AS
SELECT item_no, bucket FROM stage WHERE bucket <> 'kept';

-- It says nothing of mentions or authors, which is what the assertions look at.
CREATE OR REPLACE TEMP TABLE touched (mention_id VARCHAR);
CREATE OR REPLACE TEMP TABLE touched_author (author_key VARCHAR);

INSERT OR IGNORE INTO core.quarantine BY NAME
SELECT
    sha256(concat_ws(chr(31), $source, coalesce(key, ''), coalesce(reason, ''), coalesce(raw, '')))
        AS quarantine_id,
    $source AS source, coalesce(key, '') AS native_id, coalesce(reason, '') AS reason,
    any_value(coalesce(detail, '')) AS detail, coalesce(raw, '') AS raw, $batch_id AS batch_id
FROM stage WHERE bucket = 'quarantined'
GROUP BY ALL;
