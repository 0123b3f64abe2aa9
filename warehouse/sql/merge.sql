-- Merges `stage` into the core tables. Every step gives the same result in whatever order two
-- batches arrive: first looks are minima, counts of one moment are maxima, sets are unions.
-- $batch_id, $fetched_at, $stream, $now.

-- What the tables hold of mentions this batch tells of, by row number, before it. --------------
-- Of those it only counts anew, nothing but the looks.
CREATE OR REPLACE TEMP TABLE retold AS
SELECT mention_id FROM known
WHERE mention_id IN (SELECT mention_id FROM content UNION ALL SELECT mention_id FROM gone);

CREATE OR REPLACE TEMP TABLE known_version AS
SELECT rowid AS row_no, * FROM core.mention_version
WHERE rowid IN (SELECT v.rowid FROM core.mention_version AS v SEMI JOIN retold USING (mention_id));

CREATE OR REPLACE TEMP TABLE known_look AS
SELECT rowid AS row_no, * FROM core.engagement
WHERE rowid IN (SELECT e.rowid FROM core.engagement AS e SEMI JOIN known USING (mention_id));

CREATE OR REPLACE TEMP TABLE known_stream AS
SELECT s.rowid AS row_no, s.* FROM core.mention_stream AS s SEMI JOIN retold USING (mention_id);

CREATE OR REPLACE TEMP TABLE known_query AS
SELECT q.rowid AS row_no, q.* FROM core.mention_query AS q SEMI JOIN retold USING (mention_id);

-- Versions: all contents of these mentions, numbered by first look. ----------------------------
CREATE OR REPLACE TEMP TABLE version_now AS
WITH seen AS (
    SELECT
        mention_id, content_hash, title, text, edited_at, author_key, handle, author_name,
        verified, observed_at, batch_id, version_no AS nth
    FROM known_version SEMI JOIN fresh USING (mention_id)
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
    * EXCLUDE (nth),
    row_number() OVER (PARTITION BY mention_id ORDER BY observed_at, batch_id, nth)::INTEGER
        AS version_no
FROM first_look;

CREATE OR REPLACE TEMP TABLE new_version AS
SELECT mention_id, content_hash FROM fresh
ANTI JOIN known_version USING (mention_id, content_hash);

CREATE OR REPLACE TEMP TABLE version_change AS
SELECT new.*, old.row_no
FROM version_now AS new LEFT JOIN known_version AS old USING (mention_id, content_hash)
WHERE (old.version_no, old.observed_at, old.batch_id)
    IS DISTINCT FROM (new.version_no, new.observed_at, new.batch_id);

DELETE FROM core.mention_version
WHERE rowid IN (SELECT row_no FROM version_change WHERE row_no IS NOT NULL);

INSERT INTO core.mention_version BY NAME SELECT * EXCLUDE (row_no) FROM version_change;

-- Looks. Two contents at one moment: that of the later batch stands. ---------------------------
CREATE OR REPLACE TEMP TABLE look_change AS
WITH merged AS (
    SELECT
        new.mention_id,
        new.observed_at,
        greatest(old.likes, new.likes) AS likes,
        greatest(old.shares, new.shares) AS shares,
        greatest(old.comments, new.comments) AS comments,
        greatest(old.views, new.views) AS views,
        greatest(old.followers, new.followers) AS followers,
        CASE
            WHEN old.row_no IS NULL THEN new.content_hash
            WHEN new.content_hash IS NULL THEN old.content_hash
            WHEN old.content_hash IS NULL OR new.batch_id >= old.batch_id THEN new.content_hash
            ELSE old.content_hash
        END AS content_hash,
        CASE
            WHEN old.row_no IS NULL THEN new.batch_id
            WHEN new.content_hash IS NULL THEN old.batch_id
            WHEN old.content_hash IS NULL THEN new.batch_id
            ELSE greatest(old.batch_id, new.batch_id)
        END AS batch_id,
        old
    FROM look AS new LEFT JOIN known_look AS old USING (mention_id, observed_at)
)

SELECT * EXCLUDE (old), old.row_no AS row_no
FROM merged
WHERE old.row_no IS NULL
    OR (likes, shares, comments, views, followers, content_hash, batch_id) IS DISTINCT FROM
    (old.likes, old.shares, old.comments, old.views, old.followers, old.content_hash, old.batch_id);

DELETE FROM core.engagement
WHERE rowid IN (SELECT row_no FROM look_change WHERE row_no IS NOT NULL);

INSERT INTO core.engagement BY NAME SELECT * EXCLUDE (row_no) FROM look_change;

-- All looks at these mentions, as they are now.
CREATE OR REPLACE TEMP TABLE look_now AS
SELECT * EXCLUDE (row_no) FROM known_look ANTI JOIN look_change USING (mention_id, observed_at)
UNION ALL BY NAME
SELECT * EXCLUDE (row_no) FROM look_change;

-- The content that stands is that of the latest look. ------------------------------------------
CREATE OR REPLACE TEMP TABLE standing AS
SELECT mention_id, max_by(content_hash, observed_at) AS content_hash
FROM look_now SEMI JOIN content USING (mention_id)
WHERE content_hash IS NOT NULL
GROUP BY mention_id;

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
    bool_or(private) AS private,
    max(thread_id) AS thread_id,
    flatten(list(warnings)) AS warnings
FROM content
GROUP BY mention_id;

CREATE OR REPLACE TEMP TABLE mention_now AS
WITH base AS (
    SELECT
        f.mention_id, f.source, f.native_id, f.kind, f.channel, f.title, f.text, f.url,
        f.published_at, f.edited_at, f.parent_id, f.thread_id, f.lang, f.region, f.rating,
        f.mapped_brand_id, f.campaign, f.experiment, f.arm, f.owned, f.private, f.content_hash,
        f.warnings, $fetched_at AS fetched_at, $batch_id AS batch_id
    FROM fresh AS f JOIN replaced USING (mention_id, content_hash)
    UNION ALL
    SELECT
        m.mention_id, m.source, m.native_id, m.kind, m.channel, m.title, m.text, m.url,
        m.published_at, m.edited_at, m.parent_id, m.thread_id, m.lang, m.region, m.rating,
        m.mapped_brand_id, m.campaign, m.experiment, m.arm, m.owned, m.private, m.content_hash,
        m.warnings, m.fetched_at, m.batch_id
    FROM known AS m SEMI JOIN standing USING (mention_id)
    ANTI JOIN replaced USING (mention_id)
),

first_look AS (
    SELECT mention_id, min(observed_at) AS observed_at FROM version_now GROUP BY mention_id
)

SELECT
    b.* REPLACE (
        b.owned OR a.owned OR coalesce(old.owned, false) AS owned,
        b.private OR a.private OR coalesce(old.private, false) AS private,
        greatest(b.thread_id, a.thread_id, old.thread_id) AS thread_id,
        list_sort(list_distinct(list_concat(b.warnings, a.warnings, old.warnings))) AS warnings
    ),
    v.author_key,
    v.version_no,
    l.observed_at,
    old.row_no,
    old.row_no IS NULL OR
    (old.content_hash, old.version_no, old.observed_at, old.owned, old.private, old.thread_id,
     old.warnings, old.author_key)
    IS DISTINCT FROM
    (b.content_hash, v.version_no, l.observed_at, b.owned OR a.owned OR old.owned,
     b.private OR a.private OR old.private,
     greatest(b.thread_id, a.thread_id, old.thread_id),
     list_sort(list_distinct(list_concat(b.warnings, a.warnings, old.warnings))), v.author_key)
        AS is_changed
FROM base AS b
JOIN addition AS a USING (mention_id)
JOIN version_now AS v USING (mention_id, content_hash)
JOIN first_look AS l USING (mention_id)
LEFT JOIN known AS old USING (mention_id);

DELETE FROM core.mention
WHERE rowid IN (SELECT row_no FROM mention_now WHERE is_changed AND row_no IS NOT NULL);

INSERT INTO core.mention BY NAME
SELECT * EXCLUDE (row_no, is_changed), $now AS loaded_at FROM mention_now WHERE is_changed;

INSERT INTO core.mention_stream
SELECT DISTINCT mention_id, $stream FROM content
ANTI JOIN (SELECT mention_id FROM known_stream WHERE stream = $stream) AS old USING (mention_id);

INSERT INTO core.mention_query
SELECT * FROM (SELECT DISTINCT mention_id, unnest(query_ids) AS query_id FROM content)
ANTI JOIN known_query USING (mention_id, query_id);

-- Off topic is left for good by what some query covers. ----------------------------------------
CREATE OR REPLACE TEMP TABLE off_now AS
SELECT new.* REPLACE (greatest(old.url, new.url) AS url), old.row_no, old.url AS old_url
FROM (
    SELECT mention_id, source, native_id, max(url) AS url, $batch_id AS batch_id
    FROM stage ANTI JOIN gone USING (mention_id) ANTI JOIN known USING (mention_id)
    ANTI JOIN mention_now USING (mention_id)
    WHERE bucket = 'off_topic'
    GROUP BY mention_id, source, native_id
) AS new LEFT JOIN known_off AS old USING (mention_id);

UPDATE core.off_topic SET url = n.url
FROM off_now AS n WHERE off_topic.rowid = n.row_no AND n.url > n.old_url;

INSERT INTO core.off_topic BY NAME
SELECT mention_id, source, native_id, url, batch_id FROM off_now WHERE row_no IS NULL;

DELETE FROM core.off_topic
WHERE rowid IN (
    SELECT row_no FROM known_off SEMI JOIN (
        SELECT mention_id FROM mention_now UNION ALL SELECT mention_id FROM gone
    ) AS elsewhere USING (mention_id)
);

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

-- What the steps after this one need to know. --------------------------------------------------

-- Contents these mentions were seen with, before and by now, and the one of each that stands.
CREATE OR REPLACE TEMP TABLE held AS
SELECT mention_id, content_hash FROM known_version ANTI JOIN gone USING (mention_id);

CREATE OR REPLACE TEMP TABLE seen AS
SELECT * FROM held UNION SELECT mention_id, content_hash FROM version_now;

CREATE OR REPLACE TEMP TABLE stands AS
SELECT mention_id, content_hash, author_key, published_at FROM mention_now
UNION ALL
SELECT mention_id, content_hash, author_key, published_at
FROM known ANTI JOIN mention_now USING (mention_id) ANTI JOIN gone USING (mention_id);

-- Authors whose mentions are told of, or were; and those who lost one.
CREATE OR REPLACE TEMP TABLE left_author AS
SELECT DISTINCT k.author_key
FROM known AS k LEFT JOIN stands AS s USING (mention_id)
WHERE k.author_key IS NOT NULL AND s.author_key IS DISTINCT FROM k.author_key;

CREATE OR REPLACE TEMP TABLE touched_author AS
SELECT author_key FROM mention_now WHERE author_key IS NOT NULL
UNION SELECT author_key FROM left_author;
