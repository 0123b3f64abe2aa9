-- What the tags of one file say of `touched` mentions, for the contents they were made of. Tags of
-- one content made in two batches may differ in the last digits; the greater row stands, so that
-- their order does not matter. A content that a file by other taggers spoke of is left to that.
-- $tagged: the file, an older one may lack columns; the version of each tagger by its name, all of
-- them as JSON in $versions, and as lists in $taggers and $stated; $tagged_at.
-- Chosen by their row numbers first: a content that a file speaks of twice is read once.
CREATE OR REPLACE TEMP TABLE tag_row AS
SELECT min(file_row_number) AS file_row_number
FROM read_parquet($tagged, file_row_number = true)
SEMI JOIN seen USING (mention_id, content_hash)
ANTI JOIN (SELECT * FROM spoken WHERE versions <> hash($versions)) AS other
    USING (mention_id, content_hash)
GROUP BY mention_id, content_hash;

CREATE OR REPLACE TEMP TABLE tag AS
SELECT * EXCLUDE (embedding)
FROM read_parquet($tagged, file_row_number = true) SEMI JOIN tag_row USING (file_row_number);

-- The tags of what stands now.
CREATE OR REPLACE TEMP VIEW tag_now AS
SELECT * FROM tag SEMI JOIN stands USING (mention_id, content_hash);

-- Contents and mentions of which the tables may hold rows: only these are looked up in them.
CREATE OR REPLACE TEMP TABLE told_before AS
SELECT mention_id, content_hash FROM tag
SEMI JOIN (SELECT * FROM held UNION ALL SELECT mention_id, content_hash FROM spoken) AS old
    USING (mention_id, content_hash);

CREATE OR REPLACE TEMP TABLE told_again AS
SELECT mention_id FROM tag_now
SEMI JOIN (
    SELECT mention_id FROM held ANTI JOIN outdated USING (mention_id)
    UNION ALL SELECT mention_id FROM spoken
) AS old USING (mention_id);

-- Labels and failures: kept for every content. --------------------------------------------------
CREATE OR REPLACE TEMP TABLE label_won AS
WITH best AS (
    SELECT
        mention_id,
        content_hash,
        intents,
        list_reverse_sort(list_transform(intents, lambda i: {'p': i.p, 'id': i.id}))[1] AS top
    FROM tag WHERE len(intents) > 0
),

label_now AS (
    SELECT
        mention_id, content_hash, 'language' AS tagger, $language AS version, language AS label,
        NULL::FLOAT AS p, NULL::VARCHAR AS abstained,
        NULL::STRUCT(id VARCHAR, p FLOAT)[] AS probabilities
    FROM tag WHERE language IS NOT NULL
    UNION ALL
    SELECT
        mention_id, content_hash, 'sentiment', $sentiment, sentiment,
        CASE sentiment
            WHEN 'negative' THEN p_negative WHEN 'neutral' THEN p_neutral WHEN 'positive' THEN p_positive
        END,
        abstained,
        CASE WHEN p_negative IS NOT NULL THEN [
            {'id': 'negative', 'p': p_negative},
            {'id': 'neutral', 'p': p_neutral},
            {'id': 'positive', 'p': p_positive}
        ] END
    FROM tag WHERE sentiment IS NOT NULL OR abstained IS NOT NULL
    UNION ALL
    SELECT mention_id, content_hash, 'emotion', $emotion, emotion, p_emotion, NULL,
        [{'id': emotion, 'p': p_emotion}]
    FROM tag WHERE emotion IS NOT NULL
    UNION ALL
    SELECT mention_id, content_hash, 'irony', $irony,
        if(p_irony >= 0.5, 'irony', 'none'), if(p_irony >= 0.5, p_irony, 1 - p_irony), NULL,
        [{'id': 'irony', 'p': p_irony}]
    FROM tag WHERE p_irony IS NOT NULL
    UNION ALL
    SELECT mention_id, content_hash, 'offensive', $offensive,
        if(p_offensive >= 0.5, 'offensive', 'none'), if(p_offensive >= 0.5, p_offensive, 1 - p_offensive),
        NULL, [{'id': 'offensive', 'p': p_offensive}]
    FROM tag WHERE p_offensive IS NOT NULL
    UNION ALL
    SELECT mention_id, content_hash, 'intent', $intent,
        if(top.p >= 0.5, top.id, 'none'), if(top.p >= 0.5, top.p, 1 - top.p), NULL, intents
    FROM best
),

old AS (
    SELECT rowid AS row_no, * FROM core.label
    WHERE rowid IN (
        SELECT l.rowid FROM core.label AS l SEMI JOIN told_before USING (mention_id, content_hash)
    )
)

SELECT new.*, old.row_no
FROM label_now AS new LEFT JOIN old USING (mention_id, content_hash, tagger, version)
WHERE old.row_no IS NULL
    OR (new.p, new.label, new.abstained, new.probabilities)
    > (old.p, old.label, old.abstained, old.probabilities);

DELETE FROM core.label WHERE rowid IN (SELECT row_no FROM label_won WHERE row_no IS NOT NULL);

INSERT INTO core.label BY NAME SELECT * EXCLUDE (row_no) FROM label_won;

-- What each match of a brand or product is thought of. Matches of files from before targets were
-- judged have fewer fields; the cast fills them with NULL.
CREATE OR REPLACE TEMP TABLE target_label_now AS
SELECT
    mention_id, content_hash, b.brand_id, coalesce(b.product_id, '') AS product_id,
    $target AS version, b.sentiment AS label,
    CASE b.sentiment
        WHEN 'negative' THEN b.p_negative WHEN 'neutral' THEN b.p_neutral
        WHEN 'positive' THEN b.p_positive
    END AS p,
    b.abstained AS abstained,
    [
        {'id': 'negative', 'p': b.p_negative},
        {'id': 'neutral', 'p': b.p_neutral},
        {'id': 'positive', 'p': b.p_positive}
    ] AS probabilities
FROM (
    SELECT mention_id, content_hash, unnest(brands::STRUCT(
        brand_id VARCHAR, product_id VARCHAR, sentiment VARCHAR, p_negative FLOAT, p_neutral FLOAT,
        p_positive FLOAT, abstained VARCHAR
    )[]) AS b
    FROM tag
)
WHERE b.sentiment IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY mention_id, content_hash, b.brand_id, coalesce(b.product_id, '')
    ORDER BY p DESC, label DESC, abstained DESC, probabilities DESC
) = 1;

CREATE OR REPLACE TEMP TABLE target_label_won AS
WITH old AS (
    SELECT rowid AS row_no, * FROM core.target_label
    WHERE rowid IN (
        SELECT l.rowid FROM core.target_label AS l
        SEMI JOIN told_before USING (mention_id, content_hash)
    )
)

SELECT new.*, old.row_no
FROM target_label_now AS new
LEFT JOIN old USING (mention_id, content_hash, brand_id, product_id, version)
WHERE old.row_no IS NULL
    OR (new.p, new.label, new.abstained, new.probabilities)
    > (old.p, old.label, old.abstained, old.probabilities);

DELETE FROM core.target_label
WHERE rowid IN (SELECT row_no FROM target_label_won WHERE row_no IS NOT NULL);

INSERT INTO core.target_label BY NAME SELECT * EXCLUDE (row_no) FROM target_label_won;

CREATE OR REPLACE TEMP TABLE label_failure_won AS
WITH new AS (
    SELECT
        mention_id, content_hash, f.tagger AS tagger,
        coalesce(json_extract_string($versions, '$."' || f.tagger || '"'), '') AS version,
        max(coalesce(f.reason, '')) AS reason
    FROM (SELECT mention_id, content_hash, unnest(failures) AS f FROM tag)
    GROUP BY ALL
),

old AS (
    SELECT l.rowid AS row_no, l.* FROM core.label_failure AS l
    SEMI JOIN told_before USING (mention_id, content_hash)
)

SELECT new.*, old.row_no
FROM new LEFT JOIN old USING (mention_id, content_hash, tagger, version)
WHERE old.row_no IS NULL OR new.reason > old.reason;

DELETE FROM core.label_failure
WHERE rowid IN (SELECT row_no FROM label_failure_won WHERE row_no IS NOT NULL);

INSERT INTO core.label_failure BY NAME SELECT * EXCLUDE (row_no) FROM label_failure_won;

INSERT INTO core.tagger_version
SELECT
    unnest($taggers::VARCHAR[]) AS tagger, unnest($stated::VARCHAR[]) AS version,
    $tagged_at AS tagged_at, NULL AS retagged_at
ON CONFLICT (tagger, version) DO UPDATE SET
    tagged_at = least(tagger_version.tagged_at, excluded.tagged_at);

-- Everything else belongs to what stands. -------------------------------------------------------

-- Brands: the closest relation stands, then the first match. ------------------------------------
CREATE OR REPLACE TEMP TABLE mention_brand_now AS
SELECT
    mention_id, b.brand_id, coalesce(b.product_id, '') AS product_id, b.relation, b.start, b.end,
    b.matched
FROM (SELECT mention_id, unnest(brands) AS b FROM tag_now)
QUALIFY row_number() OVER (
    PARTITION BY mention_id, b.brand_id, coalesce(b.product_id, '')
    ORDER BY
        list_position(['owned', 'tagged', 'untagged', 'off_channel'], b.relation),
        b.start NULLS LAST, b.end NULLS LAST, b.matched NULLS LAST
) = 1;

CREATE OR REPLACE TEMP TABLE mention_brand_won AS
WITH old AS (
    SELECT b.rowid AS row_no, b.* FROM core.mention_brand AS b SEMI JOIN told_again USING (mention_id)
)

SELECT new.*, old.row_no
FROM mention_brand_now AS new LEFT JOIN old USING (mention_id, brand_id, product_id)
WHERE old.row_no IS NULL
    OR (list_position(['owned', 'tagged', 'untagged', 'off_channel'], new.relation),
        new.start, new.end, new.matched)
    < (list_position(['owned', 'tagged', 'untagged', 'off_channel'], old.relation),
       old.start, old.end, old.matched);

DELETE FROM core.mention_brand
WHERE rowid IN (SELECT row_no FROM mention_brand_won WHERE row_no IS NOT NULL);

INSERT INTO core.mention_brand BY NAME SELECT * EXCLUDE (row_no) FROM mention_brand_won;

CREATE OR REPLACE TEMP TABLE mention_topic_won AS
WITH new AS (
    SELECT mention_id, t.id AS topic_id, max(t.p) AS p
    FROM (SELECT mention_id, unnest(topics) AS t FROM tag_now)
    GROUP BY ALL
),

old AS (
    SELECT t.rowid AS row_no, t.* FROM core.mention_topic AS t SEMI JOIN told_again USING (mention_id)
)

SELECT
    new.mention_id, new.topic_id, greatest(old.p, new.p) AS p,
    greatest(old.version, $topic) AS version, old.row_no
FROM new LEFT JOIN old USING (mention_id, topic_id)
WHERE old.row_no IS NULL OR new.p > old.p OR $topic > old.version;

DELETE FROM core.mention_topic
WHERE rowid IN (SELECT row_no FROM mention_topic_won WHERE row_no IS NOT NULL);

INSERT INTO core.mention_topic BY NAME SELECT * EXCLUDE (row_no) FROM mention_topic_won;

CREATE OR REPLACE TEMP TABLE entity_won AS
WITH new AS (
    SELECT
        mention_id, e.start AS start, e.end AS "end", e.type AS type, max(e.text) AS text,
        max(e.canonical) AS canonical
    FROM (SELECT mention_id, unnest(entities) AS e FROM tag_now)
    GROUP BY mention_id, e.start, e.end, e.type
),

old AS (
    SELECT e.rowid AS row_no, e.* FROM core.entity AS e SEMI JOIN told_again USING (mention_id)
)

SELECT
    new.* REPLACE (coalesce(old.text, new.text) AS text,
        greatest(old.canonical, new.canonical) AS canonical),
    old.row_no
FROM new LEFT JOIN old USING (mention_id, start, "end", type)
WHERE old.row_no IS NULL
    OR greatest(old.canonical, new.canonical) IS DISTINCT FROM old.canonical;

DELETE FROM core.entity WHERE rowid IN (SELECT row_no FROM entity_won WHERE row_no IS NOT NULL);

INSERT INTO core.entity BY NAME SELECT * EXCLUDE (row_no) FROM entity_won;

CREATE OR REPLACE TEMP TABLE flag_won AS
WITH new AS (
    SELECT
        substr(sha256(concat_ws(
            chr(31), mention_id, f.kind, coalesce(f.start, -1), coalesce(f.end, -1),
            coalesce(f.rule, '')
        )), 1, 32) AS flag_id,
        mention_id, f.kind AS kind, f.start AS start, f.end AS "end", max(f.p) AS p,
        f.rule AS rule, max(f.reason) AS reason,
        coalesce(json_extract_string($versions, '$."' || f.kind || '"'), $model) AS version
    FROM (SELECT mention_id, unnest(flags) AS f FROM tag_now)
    GROUP BY mention_id, f.kind, f.start, f.end, f.rule
),

old AS (
    SELECT f.rowid AS row_no, f.* FROM core.flag AS f SEMI JOIN told_again USING (mention_id)
),

-- No rule and an empty one have one id.
merged AS (
    SELECT
        new.* REPLACE (
            greatest(old.p, new.p) AS p, greatest(old.reason, new.reason) AS reason,
            greatest(old.version, new.version) AS version
        ),
        old
    FROM new LEFT JOIN old USING (flag_id)
    QUALIFY row_number() OVER (PARTITION BY flag_id ORDER BY new.rule NULLS LAST) = 1
)

SELECT * EXCLUDE (old), old.row_no AS row_no
FROM merged
WHERE old.row_no IS NULL
    OR (p, reason, version) IS DISTINCT FROM (old.p, old.reason, old.version);

DELETE FROM core.flag WHERE rowid IN (SELECT row_no FROM flag_won WHERE row_no IS NOT NULL);

INSERT INTO core.flag BY NAME SELECT * EXCLUDE (row_no) FROM flag_won;

-- Vectors are wide: they go from the file into the table at once, but for the few told again.
CREATE OR REPLACE TEMP TABLE embedding_known AS
SELECT rowid AS row_no, * FROM core.embedding
WHERE rowid IN (
    SELECT e.rowid FROM core.embedding AS e SEMI JOIN told_again USING (mention_id)
);

CREATE OR REPLACE TEMP TABLE embedding_won AS
SELECT mention_id, $encoder AS version, new.embedding::FLOAT[384] AS vector, old.row_no
FROM tag_now
JOIN embedding_known AS old USING (mention_id)
JOIN (
    SELECT file_row_number, embedding FROM read_parquet($tagged, file_row_number = true)
    WHERE embedding IS NOT NULL
) AS new USING (file_row_number)
WHERE $encoder > old.version
    OR ($encoder = old.version AND new.embedding::FLOAT[384] > old.vector);

DELETE FROM core.embedding
WHERE rowid IN (SELECT row_no FROM embedding_won);

INSERT INTO core.embedding BY NAME SELECT * EXCLUDE (row_no) FROM embedding_won;

INSERT INTO core.embedding BY NAME
SELECT mention_id, $encoder AS version, embedding::FLOAT[384] AS vector
FROM read_parquet($tagged, file_row_number = true)
SEMI JOIN (
    SELECT file_row_number FROM tag_now ANTI JOIN embedding_known USING (mention_id)
) AS wanted USING (file_row_number)
WHERE embedding IS NOT NULL;

CREATE OR REPLACE TEMP TABLE band_now AS
SELECT * FROM (SELECT mention_id, unnest(list_distinct(bands)) AS band FROM tag_now)
ANTI JOIN (SELECT b.* FROM core.mention_band AS b SEMI JOIN told_again USING (mention_id)) AS old
    USING (mention_id, band);

INSERT INTO core.mention_band SELECT mention_id, band FROM band_now;

INSERT INTO band_new SELECT mention_id, band FROM band_now;

-- Last, for the steps above ask who spoke before this file.
INSERT INTO spoken SELECT mention_id, content_hash, hash($versions) FROM tag;
