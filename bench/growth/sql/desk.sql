-- What people decided of it, and the topics found by night. -------------------------------------
INSERT INTO core.batch BY NAME
SELECT
    'decision/desk--local--growth/' || day_of(until) || '/00000001' AS batch_id,
    'decision' AS kind, 'desk--local--growth' AS stream, 'desk' AS source, 'local' AS host,
    'growth' AS target, 1 AS seq, '{}' AS cursor_before, '{}' AS cursor_after,
    until AS started_at, until AS sealed_at, until AS fetched_at, 0 AS served,
    '1' AS parser_version, '' AS warc, '' AS warc_sha256, 0 AS revision, false AS raw_partial,
    ['brands/demo.yaml'] AS brand_files, false AS marked, '' AS model
FROM (SELECT getvariable('until') AS until);

-- One in five flags is dismissed, one in ten opens a case or joins one of the day; every tenth case
-- has a takedown. Of a few mentions people mend the sentiment, and they take what needs an answer.
CREATE OR REPLACE TEMP TABLE decided AS
WITH said AS (
    SELECT mention_id, content_hash, published_at, observed_at, hash(mention_id)::HUGEINT AS h, flag
    FROM core.mention
    LEFT JOIN (SELECT mention_id, any_value(kind) AS flag FROM core.flag GROUP BY mention_id)
        USING (mention_id)
),

chosen AS (
    SELECT
        *, 'case-' || strftime(observed_at, '%Y%m%d') AS case_name, (h % 1000)::INTEGER AS u,
        (h // 1000 % 1000000)::INTEGER AS later
    FROM said
    WHERE flag IS NOT NULL OR h % 1000 < 3
)

SELECT
    'correction' AS kind, mention_id AS subject_id, mention_id, content_hash, NULL AS case_id,
    if(flag IS NULL, NULL, flag) AS target, if(flag IS NULL, 'neutral', 'dismissed') AS action,
    NULL AS fields, observed_at, later
FROM chosen WHERE flag IS NOT NULL AND u < 200 OR flag IS NULL AND u < 1
UNION ALL
SELECT
    'triage', mention_id, mention_id, content_hash, NULL, 'larkspur',
    ['take', 'resolve', 'dismiss'][1 + later % 3], '{}', observed_at, later
FROM chosen WHERE flag IS NULL AND u >= 1
UNION ALL
SELECT
    'case', case_name, mention_id, content_hash, case_name, flag, 'attach', '{}', observed_at, later
FROM chosen WHERE flag IS NOT NULL AND u BETWEEN 200 AND 299
UNION ALL
SELECT
    'case', case_name, NULL, NULL, case_name, NULL, 'open',
    '{"title": "' || any_value(flag) || '"}', min(observed_at), 0
FROM chosen WHERE flag IS NOT NULL AND u BETWEEN 200 AND 299 GROUP BY case_name
UNION ALL
SELECT
    'takedown', 'takedown-' || mention_id, mention_id, content_hash, case_name, NULL, 'send',
    '{"basis": "trademark", "platform": "mastodon"}', observed_at, later
FROM chosen WHERE flag IS NOT NULL AND u BETWEEN 200 AND 209;

INSERT INTO core.decision BY NAME
SELECT
    substr(sha256(concat_ws(chr(31), kind, action, subject_id, mention_id)), 1, 32) AS decision_id,
    kind, if(kind IN ('case', 'takedown'), kind, 'mention') AS subject_kind, subject_id,
    mention_id, content_hash, case_id, target, action, 'decided at a glance' AS note, fields,
    'person-' || later % 7 AS actor,
    -- No two share a moment.
    least(observed_at + to_seconds(later), getvariable('until'))
        - to_microseconds(row_number() OVER (ORDER BY kind, action, subject_id, mention_id))
        AS decided_at,
    observed_at AS effective_at, NULL AS due_at, false AS mention_deleted, b.batch_id,
    b.sealed_at AS loaded_at
FROM decided
CROSS JOIN (SELECT batch_id, sealed_at FROM core.batch WHERE kind = 'decision') AS b;

INSERT INTO core.correction BY NAME
SELECT
    decision_id AS correction_id, mention_id, content_hash,
    if(target IS NULL, 'sentiment', 'flag') AS tagger, target, action AS label,
    NULL AS previous_label, NULL AS previous_version, actor, note, decided_at, batch_id, loaded_at
FROM core.decision WHERE kind = 'correction';

-- Sixty topics found in the last ninety nights, each from so many words of a kind. ----------------
INSERT INTO core.topic_night BY NAME
SELECT
    night, night - INTERVAL 28 DAY AS since, night AS until, 'growth' AS model, 60 AS topics,
    1000 AS mentions, 900 AS texts, 0 AS left_out, sha256(night::VARCHAR) AS sha256,
    night AS loaded_at
FROM (
    SELECT unnest(generate_series(
        day_of(getvariable('until')) - 89, day_of(getvariable('until')), INTERVAL 1 DAY
    ))::DATE AS night
);

CREATE OR REPLACE TEMP TABLE found AS
SELECT
    no, day_of(getvariable('until')) - 90 + (no % 60)::INTEGER AS born_on,
    strftime(day_of(getvariable('until')) - 90 + (no % 60)::INTEGER, '%Y-%m-%d') || '-' || no AS topic_id
FROM range(60) AS r (no);

INSERT INTO core.discovered_topic BY NAME
SELECT
    topic_id, 'lid, steam, noise ' || no AS name, ['lid', 'steam', 'noise'] AS words, born_on,
    day_of(getvariable('until')) AS last_on, NULL AS ended_on, topic_id AS counts_as
FROM found;

INSERT INTO core.topic_lineage BY NAME
SELECT born_on AS night, 'birth' AS kind, '' AS from_id, topic_id AS to_id, 1 AS share
FROM found;

INSERT INTO core.discovered_topic_mention BY NAME
SELECT
    mention_id, topic_id,
    greatest(
        least(day_of(published_at) + 28, day_of(getvariable('until'))),
        day_of(getvariable('until')) - 89
    ) AS night,
    (0.5 + (h % 1000) / 2500)::FLOAT AS nearness,
    if(row_number() OVER (PARTITION BY topic_id ORDER BY h) <= 3,
        row_number() OVER (PARTITION BY topic_id ORDER BY h), NULL) AS example
FROM (
    SELECT mention_id, published_at, hash(mention_id, 'found') AS h FROM core.mention
    WHERE published_at >= getvariable('until') - INTERVAL 118 DAY
)
JOIN found
    ON found.no = (pow(h % 100000 / 100000.0, 2) * 60)::INTEGER AND h // 100000 % 100 < 15;
