-- Takes in what people decided at the desk. Corrections are kept for every content of a mention;
-- which one counts is told by the models. $landed, $batch_id, $source, $now; what may be said:
-- $taggers, $labels and $targets as 'tagger/value', $targeted: taggers that need a target.
CREATE OR REPLACE TEMP TABLE stage AS
WITH landed AS (SELECT * FROM read_parquet($landed)),

judged AS (
    SELECT
        landed.*,
        mention_id IN (SELECT mention_id FROM core.tombstone) AS is_gone,
        CASE
            WHEN bucket = 'quarantined' THEN coalesce(reason, '')
            WHEN decision_id IS NULL OR mention_id IS NULL OR content_hash IS NULL
                OR coalesce(actor, '') = '' OR decided_at IS NULL THEN 'missing_value'
            WHEN coalesce(tagger NOT IN (SELECT unnest($taggers)), true) THEN 'unknown_tagger'
            WHEN NOT coalesce(
                tagger || '/' || label IN (SELECT unnest($labels))
                OR (tagger = 'language' AND regexp_full_match(label, '[a-z]{2,3}')), false
            ) THEN 'bad_label'
            WHEN tagger IN (SELECT unnest($targeted)) THEN
                CASE
                    WHEN coalesce(target, '') = '' THEN 'bad_target'
                    WHEN tagger <> 'topic' AND tagger || '/' || target NOT IN (SELECT unnest($targets))
                        THEN 'bad_target'
                END
            WHEN tagger <> 'sentiment' AND target IS NOT NULL THEN 'bad_target'
        END AS fault
    FROM landed
)

SELECT
    * EXCLUDE (fault, is_gone),
    coalesce(is_gone, false) AS is_gone,
    CASE
        WHEN fault IS NOT NULL OR is_gone THEN fault
        WHEN mention_id NOT IN (SELECT mention_id FROM core.mention) THEN 'unknown_mention'
        WHEN (mention_id, content_hash)
            NOT IN (SELECT (mention_id, content_hash) FROM core.mention_version)
            THEN 'unknown_content'
    END AS fault
FROM judged;

CREATE OR REPLACE TEMP TABLE incoming AS
SELECT
    *,
    row_number() OVER (PARTITION BY decision_id ORDER BY item_no) = 1
    AND decision_id NOT IN (SELECT correction_id FROM core.correction) AS is_new
FROM stage WHERE bucket = 'kept' AND fault IS NULL AND NOT is_gone;

CREATE OR REPLACE TEMP TABLE outcome AS
SELECT
    stage.item_no,
    CASE
        WHEN stage.fault IS NOT NULL THEN 'quarantined'
        WHEN stage.bucket <> 'kept' THEN stage.bucket
        WHEN incoming.is_new THEN 'inserted'
        ELSE 'unchanged'
    END AS bucket
FROM stage LEFT JOIN incoming USING (item_no);

CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT mention_id FROM incoming;
CREATE OR REPLACE TEMP TABLE touched_author (author_key VARCHAR);

INSERT INTO core.correction BY NAME
SELECT
    decision_id AS correction_id, mention_id, content_hash, tagger, target, label, previous_label,
    previous_version, actor, coalesce(note, '') AS note, decided_at, $batch_id AS batch_id,
    $now AS loaded_at
FROM incoming WHERE is_new;

-- The person's words are left out: they may speak of somebody, and nobody reads them here.
INSERT OR IGNORE INTO core.quarantine BY NAME
SELECT
    sha256(concat_ws(chr(31), $source, native_id, fault, raw)) AS quarantine_id,
    $source AS source, native_id, fault AS reason,
    any_value(coalesce(detail, 'correction of ' || coalesce(native_id, '') || ': ' || fault)) AS detail,
    raw, $batch_id AS batch_id
FROM (
    SELECT
        coalesce(mention_id, '') AS native_id, fault, detail,
        coalesce(raw, to_json({
            'decision_id': decision_id, 'content_hash': content_hash, 'tagger': tagger,
            'target': target, 'label': label, 'decided_at': decided_at
        })::VARCHAR) AS raw
    FROM stage WHERE fault IS NOT NULL AND NOT is_gone
)
GROUP BY native_id, fault, raw;
