-- Merges `stage` into the core tables. Every step gives the same result in whatever order two
-- batches arrive: first looks are minima, counts of one moment are maxima, sets are unions.
-- $batch_id, $fetched_at, $stream, $now.

-- The bucket of every item, told by the tables as they were before this batch. -----------------
CREATE OR REPLACE TEMP TABLE known AS
SELECT mention_id, content_hash FROM core.mention SEMI JOIN touched USING (mention_id);

CREATE OR REPLACE TEMP TABLE known_look AS
SELECT * FROM core.engagement SEMI JOIN look USING (mention_id);

-- Versions: all contents of these mentions, numbered by first look. ----------------------------
CREATE OR REPLACE TEMP TABLE version_now AS
WITH seen AS (
    SELECT
        mention_id, content_hash, title, text, edited_at, author_key, handle, author_name,
        verified, observed_at, batch_id, version_no AS place
    FROM core.mention_version SEMI JOIN fresh USING (mention_id)
    UNION ALL
    SELECT
        mention_id, content_hash, title, text, edited_at, author_key, handle, author_name,
        verified, observed_at, $batch_id, item_no
    FROM fresh
),

first_look AS (
    SELECT * FROM seen
    QUALIFY row_number() OVER (
        PARTITION BY mention_id, content_hash ORDER BY observed_at, batch_id
    ) = 1
)

SELECT
    * EXCLUDE (place),
    row_number() OVER (PARTITION BY mention_id ORDER BY observed_at, batch_id, place)::INTEGER
        AS version_no
FROM first_look;

CREATE OR REPLACE TEMP TABLE new_version AS
SELECT mention_id, content_hash FROM fresh
ANTI JOIN core.mention_version USING (mention_id, content_hash);

DELETE FROM core.mention_version AS old USING version_now AS new
WHERE old.mention_id = new.mention_id AND old.content_hash = new.content_hash
    AND (old.version_no, old.observed_at, old.batch_id)
        IS DISTINCT FROM (new.version_no, new.observed_at, new.batch_id);

INSERT INTO core.mention_version BY NAME
SELECT * FROM version_now ANTI JOIN core.mention_version USING (mention_id, content_hash);

-- Looks. Two contents at one moment: that of the later batch stands. ---------------------------
INSERT INTO core.engagement BY NAME
SELECT * FROM look
ON CONFLICT (mention_id, observed_at) DO UPDATE SET
    likes = greatest(engagement.likes, excluded.likes),
    shares = greatest(engagement.shares, excluded.shares),
    comments = greatest(engagement.comments, excluded.comments),
    views = greatest(engagement.views, excluded.views),
    followers = greatest(engagement.followers, excluded.followers),
    batch_id = CASE
        WHEN excluded.content_hash IS NULL THEN engagement.batch_id
        WHEN engagement.content_hash IS NULL THEN excluded.batch_id
        ELSE greatest(engagement.batch_id, excluded.batch_id)
    END,
    content_hash = CASE
        WHEN excluded.content_hash IS NULL THEN engagement.content_hash
        WHEN engagement.content_hash IS NULL THEN excluded.content_hash
        WHEN excluded.batch_id >= engagement.batch_id THEN excluded.content_hash
        ELSE engagement.content_hash
    END;

-- The content that stands is that of the latest look. ------------------------------------------
CREATE OR REPLACE TEMP TABLE standing AS
SELECT
    e.mention_id,
    max_by(e.content_hash, e.observed_at) AS content_hash
FROM core.engagement AS e SEMI JOIN content USING (mention_id)
WHERE e.content_hash IS NOT NULL
GROUP BY e.mention_id;

-- Mentions whose content this batch brought, new ones included.
CREATE OR REPLACE TEMP TABLE replaced AS
SELECT s.mention_id, s.content_hash, k.mention_id IS NULL AS is_new
FROM standing AS s LEFT JOIN known AS k USING (mention_id)
WHERE k.content_hash IS DISTINCT FROM s.content_hash;

-- What a look adds to a mention beside its content.
CREATE OR REPLACE TEMP TABLE addition AS
SELECT
    mention_id,
    bool_or(owned) AS owned,
    max(thread_id) AS thread_id,
    flatten(list(warnings)) AS warnings
FROM content
GROUP BY mention_id;

CREATE OR REPLACE TEMP TABLE mention_now AS
WITH base AS (
    SELECT
        f.mention_id, f.source, f.native_id, f.kind, f.channel, f.title, f.text, f.url,
        f.published_at, f.edited_at, f.parent_id, f.thread_id, f.lang, f.region, f.rating,
        f.mapped_brand_id, f.campaign, f.experiment, f.arm, f.owned, f.content_hash, f.warnings,
        $fetched_at AS fetched_at, $batch_id AS batch_id
    FROM fresh AS f JOIN replaced USING (mention_id, content_hash)
    UNION ALL
    SELECT
        m.mention_id, m.source, m.native_id, m.kind, m.channel, m.title, m.text, m.url,
        m.published_at, m.edited_at, m.parent_id, m.thread_id, m.lang, m.region, m.rating,
        m.mapped_brand_id, m.campaign, m.experiment, m.arm, m.owned, m.content_hash, m.warnings,
        m.fetched_at, m.batch_id
    FROM core.mention AS m SEMI JOIN standing USING (mention_id)
    ANTI JOIN replaced USING (mention_id)
),

first_look AS (
    SELECT mention_id, min(observed_at) AS observed_at FROM version_now GROUP BY mention_id
)

SELECT
    b.* REPLACE (
        b.owned OR a.owned OR coalesce(old.owned, false) AS owned,
        greatest(b.thread_id, a.thread_id, old.thread_id) AS thread_id,
        list_sort(list_distinct(list_concat(b.warnings, a.warnings, old.warnings))) AS warnings
    ),
    v.author_key,
    v.version_no,
    l.observed_at
FROM base AS b
JOIN addition AS a USING (mention_id)
JOIN version_now AS v USING (mention_id, content_hash)
JOIN first_look AS l USING (mention_id)
LEFT JOIN core.mention AS old USING (mention_id);

-- Authors these mentions had before and have now.
CREATE OR REPLACE TEMP TABLE touched_author AS
SELECT author_key FROM core.mention SEMI JOIN touched USING (mention_id)
WHERE author_key IS NOT NULL
UNION
SELECT author_key FROM mention_now WHERE author_key IS NOT NULL;

DELETE FROM core.mention AS old USING mention_now AS new
WHERE old.mention_id = new.mention_id
    AND (old.content_hash, old.version_no, old.observed_at, old.owned, old.thread_id, old.warnings,
         old.author_key)
        IS DISTINCT FROM
        (new.content_hash, new.version_no, new.observed_at, new.owned, new.thread_id, new.warnings,
         new.author_key);

INSERT INTO core.mention BY NAME
SELECT *, $now AS loaded_at FROM mention_now ANTI JOIN core.mention USING (mention_id);

INSERT OR IGNORE INTO core.mention_stream
SELECT DISTINCT mention_id, $stream FROM content;

INSERT OR IGNORE INTO core.mention_query
SELECT DISTINCT mention_id, unnest(query_ids) FROM content;

-- Off topic is left for good by what some query covers. ----------------------------------------
DELETE FROM core.off_topic WHERE mention_id IN (SELECT mention_id FROM mention_now);

INSERT INTO core.off_topic BY NAME
SELECT mention_id, source, native_id, max(url) AS url, $batch_id AS batch_id
FROM stage ANTI JOIN gone USING (mention_id) ANTI JOIN core.mention USING (mention_id)
WHERE bucket = 'off_topic'
GROUP BY mention_id, source, native_id
ON CONFLICT (mention_id) DO UPDATE SET url = excluded.url WHERE excluded.url > off_topic.url;

-- Quarantine: the crawl's, and looks at mentions nobody knows. ---------------------------------
INSERT OR IGNORE INTO core.quarantine BY NAME
SELECT
    sha256(concat_ws(chr(31), source, native_id, reason, raw)) AS quarantine_id,
    source, native_id, reason, any_value(detail) AS detail, raw, $batch_id AS batch_id
FROM (
    SELECT source, native_id, reason, detail, raw, mention_id FROM stage
    WHERE bucket = 'quarantined'
    UNION ALL
    SELECT
        source, native_id, 'unknown_mention',
        'counts of ' || native_id || ', which no earlier batch holds; load its mention first',
        to_json({
            'observed_at': observed_at, 'likes': likes, 'shares': shares, 'comments': comments,
            'views': views, 'followers': followers
        })::VARCHAR,
        mention_id
    FROM snapshot WHERE place = 'quarantined'
)
WHERE mention_id IS NULL OR mention_id NOT IN (SELECT mention_id FROM gone)
GROUP BY source, native_id, reason, raw;
