-- Takes in what people decided, of every kind, into core.decision. What is of a deleted mention is
-- left as a stub; so whichever of the two is loaded first, the same is left. $landed, $batch_id,
-- $source, $now; what may be decided: $actions as 'kind/action', $required as 'kind/action/field',
-- $subjects as 'kind/subject'. Of corrections $taggers, $labels and $targets as
-- 'tagger/value', $targeted: taggers that need a target; decision_correction.sql goes on with them.
CREATE OR REPLACE TEMP TABLE landed (
    item_no BIGINT, bucket VARCHAR, reason VARCHAR, detail VARCHAR, raw VARCHAR, decision VARCHAR,
    decision_id VARCHAR, mention_id VARCHAR, content_hash VARCHAR, tagger VARCHAR, target VARCHAR,
    label VARCHAR, previous_label VARCHAR, previous_version VARCHAR, actor VARCHAR, note VARCHAR,
    decided_at TIMESTAMPTZ, subject_id VARCHAR, case_id VARCHAR, action VARCHAR,
    effective_at TIMESTAMPTZ, due_at TIMESTAMPTZ, fields VARCHAR
);
-- The first batches lack the last six columns.
INSERT INTO landed BY NAME SELECT * FROM read_parquet($landed);

-- Of one whose mention was erased a stub has landed. It gets a mention nobody has, as if that were
-- deleted, and decision_stub.sql takes it away again.
UPDATE landed SET mention_id = 'erased-' || decision_id WHERE reason = 'erased';

-- Of the great tables only what is spoken of is looked up: a batch holds a few decisions.
CREATE OR REPLACE TEMP TABLE stage AS
WITH buried AS (
    SELECT mention_id FROM core.tombstone SEMI JOIN landed USING (mention_id)
),

known AS (
    SELECT mention_id FROM core.mention SEMI JOIN landed USING (mention_id)
),

seen AS (
    SELECT mention_id, content_hash
    FROM core.mention_version SEMI JOIN landed USING (mention_id, content_hash)
),

told AS (
    SELECT
        landed.*,
        split_part(
            list_filter($subjects::VARCHAR[], lambda told: starts_with(told, decision || '/'))[1],
            '/', 2
        ) AS subject_kind,
        reason IS NOT DISTINCT FROM 'erased'
            OR mention_id IN (SELECT mention_id FROM buried) AS is_gone
    FROM landed
    WHERE reason IS DISTINCT FROM 'erased' OR bucket = 'kept'
),

judged AS (
    SELECT
        told.*,
        CASE
            WHEN reason = 'erased' THEN NULL
            WHEN bucket = 'quarantined' THEN coalesce(reason, '')
            WHEN decision_id IS NULL OR coalesce(actor, '') = '' OR decided_at IS NULL
                OR (subject_kind = 'mention' AND mention_id IS NULL)
                OR (subject_kind <> 'mention' AND coalesce(subject_id, '') = '')
                OR (decision = 'correction' AND content_hash IS NULL)
                OR (action IN ('attach', 'detach') AND mention_id IS NULL) THEN 'missing_value'
            WHEN decision = 'correction' THEN
                CASE
                    WHEN coalesce(tagger NOT IN (SELECT unnest($taggers)), true)
                        THEN 'unknown_tagger'
                    WHEN NOT coalesce(
                        tagger || '/' || label IN (SELECT unnest($labels))
                        OR (tagger = 'language' AND regexp_full_match(label, '[a-z]{2,3}')), false
                    ) THEN 'bad_label'
                    WHEN tagger IN (SELECT unnest($targeted)) THEN
                        CASE
                            WHEN coalesce(target, '') = '' THEN 'bad_target'
                            WHEN tagger <> 'topic'
                                AND tagger || '/' || target NOT IN (SELECT unnest($targets))
                                THEN 'bad_target'
                        END
                    WHEN tagger <> 'sentiment' AND target IS NOT NULL THEN 'bad_target'
                END
            WHEN coalesce(decision || '/' || action NOT IN (SELECT unnest($actions)), true)
                THEN 'unknown_action'
            WHEN fields IS NOT NULL AND coalesce(json_type(try_cast(fields AS JSON)), '') <> 'OBJECT'
                THEN 'bad_fields'
            WHEN len(list_filter(
                $required::VARCHAR[],
                lambda need: starts_with(need, decision || '/' || action || '/')
                    AND coalesce(
                        json_extract_string(fields, '$.' || split_part(need, '/', 3)), ''
                    ) = ''
            )) > 0 THEN 'missing_value'
        END AS fault
    FROM told
)

SELECT
    * EXCLUDE (fault, is_gone),
    coalesce(is_gone, false) AS is_gone,
    CASE
        WHEN fault IS NOT NULL OR is_gone OR mention_id IS NULL THEN fault
        WHEN mention_id NOT IN (SELECT mention_id FROM known) THEN 'unknown_mention'
        WHEN content_hash IS NOT NULL AND (mention_id, content_hash)
            NOT IN (SELECT (mention_id, content_hash) FROM seen)
            THEN 'unknown_content'
    END AS fault
FROM judged;

CREATE OR REPLACE TEMP TABLE incoming AS
SELECT
    *,
    row_number() OVER (PARTITION BY decision_id ORDER BY item_no) = 1
    AND decision_id NOT IN (SELECT decision_id FROM core.decision) AS is_new
FROM stage WHERE bucket = 'kept' AND fault IS NULL;

CREATE OR REPLACE TEMP TABLE outcome AS
SELECT
    stage.item_no,
    CASE
        WHEN stage.fault IS NOT NULL THEN 'quarantined'
        WHEN stage.bucket <> 'kept' THEN stage.bucket
        WHEN incoming.is_new THEN 'inserted'
        ELSE 'unchanged'
    END AS bucket
FROM stage LEFT JOIN incoming USING (item_no)
UNION ALL
SELECT item_no, bucket FROM landed WHERE reason = 'erased' AND bucket <> 'kept';

CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT mention_id FROM incoming WHERE mention_id IS NOT NULL;
CREATE OR REPLACE TEMP TABLE touched_author (author_key VARCHAR);

-- What else is told of the same case or subject changes with it, such as a case that was closed.
CREATE OR REPLACE TEMP TABLE changed AS
WITH told AS (
    SELECT subject_kind, subject_id, if(subject_kind = 'case', subject_id, case_id) AS case_id
    FROM incoming WHERE is_new
)

SELECT mention_id FROM incoming WHERE is_new AND mention_id IS NOT NULL
UNION
SELECT mention_id FROM core.decision
WHERE mention_id IS NOT NULL
    AND (case_id IN (SELECT case_id FROM told WHERE case_id IS NOT NULL)
        OR (subject_kind, subject_id) IN (SELECT (subject_kind, subject_id) FROM told));

INSERT INTO core.decision BY NAME
SELECT
    decision_id,
    decision AS kind,
    subject_kind,
    if(subject_kind = 'mention', mention_id, subject_id) AS subject_id,
    mention_id,
    content_hash,
    if(subject_kind = 'case', subject_id, case_id) AS case_id,
    target,
    if(decision = 'correction', label, action) AS action,
    coalesce(note, '') AS note,
    if(
        decision = 'correction',
        to_json({'tagger': tagger, 'previous_label': previous_label})::VARCHAR,
        fields
    ) AS fields,
    actor,
    decided_at,
    coalesce(effective_at, decided_at) AS effective_at,
    due_at,
    false AS mention_deleted,
    $batch_id AS batch_id,
    $now AS loaded_at
FROM incoming WHERE is_new;

CREATE OR REPLACE TEMP TABLE gone AS SELECT mention_id FROM incoming WHERE is_gone;

-- The person's words are left out: they may speak of somebody, and nobody reads them here.
INSERT OR IGNORE INTO core.quarantine BY NAME
SELECT
    sha256(concat_ws(chr(31), $source, native_id, fault, raw)) AS quarantine_id,
    $source AS source, native_id, fault AS reason,
    any_value(coalesce(detail, decision || ' of ' || native_id || ': ' || fault)) AS detail,
    raw, $batch_id AS batch_id
FROM (
    SELECT
        coalesce(mention_id, subject_id, '') AS native_id, fault, detail, decision,
        coalesce(raw, to_json({
            'decision_id': decision_id, 'content_hash': content_hash, 'tagger': tagger,
            'target': target, 'label': label, 'action': action, 'decided_at': decided_at
        })::VARCHAR) AS raw
    FROM stage WHERE fault IS NOT NULL AND NOT is_gone
)
GROUP BY native_id, fault, raw;
