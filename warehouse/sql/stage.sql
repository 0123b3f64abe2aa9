-- The rows of one batch as the merge needs them: empty strings where a column must hold text. What
-- was erased is only a place in its batch, and comes back in bucket.sql.
-- $landed: files of the batch; $batch_id; $inner, $outer: the key of the authors (pseudonym.py).
CREATE OR REPLACE TEMP TABLE stage AS
SELECT
    item_no,
    bucket,
    coalesce(reason, '') AS reason,
    coalesce(detail, '') AS detail,
    coalesce(raw, '') AS raw,
    -- The same hash as contract.mention_id, for rejects whose id could still be read.
    coalesce(mention_id, substr(sha256(source || chr(31) || native_id), 1, 32)) AS mention_id,
    source,
    coalesce(native_id, '') AS native_id,
    content_hash,
    kind,
    coalesce(channel, '') AS channel,
    coalesce(title, '') AS title,
    coalesce(text, '') AS text,
    coalesce(url, '') AS url,
    nullif(author, '') AS handle,
    nullif(author_name, '') AS author_name,
    -- HMAC-SHA256 (RFC 2104), as in pseudonym_map.sql.
    substr(sha256($outer::BLOB || unhex(sha256($inner::BLOB || encode(
        source || chr(31) || coalesce(nullif(author_id, ''), nullif(author, ''))
    )))), 1, 32) AS author_key,
    verified,
    published_at,
    edited_at,
    deleted_at,
    observed_at,
    nullif(nullif(parent_id, ''), mention_id) AS parent_id,  -- a source may say it answers itself
    nullif(thread_id, '') AS thread_id,
    coalesce(lang, '') AS lang,
    coalesce(region, '') AS region,
    rating,
    likes,
    shares,
    comments,
    views,
    followers,
    nullif(brand_id, '') AS mapped_brand_id,
    nullif(campaign, '') AS campaign,
    nullif(experiment, '') AS experiment,
    nullif(arm, '') AS arm,
    coalesce(owned, false) AS owned,
    coalesce(query_ids, []) AS query_ids,
    coalesce(warnings, []) AS warnings,
    coalesce(private, false) AS private
FROM (
    SELECT * FROM read_parquet($landed)
    UNION ALL BY NAME SELECT NULL::BOOLEAN AS private WHERE false  -- the first batches lack it
)
WHERE reason IS DISTINCT FROM 'erased';

-- Mentions this batch says anything about; the assertions look at these.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT mention_id FROM stage WHERE mention_id IS NOT NULL;

-- What we know of these. Tables that grow have no index, so each is looked through once, for the
-- numbers of the rows; everything after reads and deletes by these.
CREATE OR REPLACE TEMP TABLE known AS
SELECT rowid AS row_no, * FROM core.mention
WHERE rowid IN (SELECT m.rowid FROM core.mention AS m SEMI JOIN touched USING (mention_id));

CREATE OR REPLACE TEMP TABLE known_off AS
SELECT rowid AS row_no, * FROM core.off_topic
WHERE rowid IN (SELECT o.rowid FROM core.off_topic AS o SEMI JOIN touched USING (mention_id));

-- What is deleted at its source, now or by an earlier batch, stays deleted.
CREATE OR REPLACE TEMP TABLE gone AS
SELECT mention_id FROM core.tombstone SEMI JOIN touched USING (mention_id)
UNION
SELECT mention_id FROM stage WHERE bucket = 'deleted';

-- What of that is still here, and must go.
CREATE OR REPLACE TEMP TABLE lost AS SELECT * FROM known SEMI JOIN gone USING (mention_id);

-- Looks at a content. A duplicate repeats the content kept before it, with other counts.
CREATE OR REPLACE TEMP TABLE content AS
SELECT * FROM stage ANTI JOIN gone USING (mention_id)
WHERE bucket IN ('kept', 'duplicate') AND content_hash IS NOT NULL;

-- First look of this batch at each content, which stands for all looks at it.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT * FROM content
WHERE item_no IN (
    SELECT min_by(item_no, (observed_at, item_no)) FROM content
    WHERE bucket = 'kept'
    GROUP BY mention_id, content_hash
);

-- Looks at the counts alone, and what becomes of them.
CREATE OR REPLACE TEMP TABLE snapshot AS
SELECT
    s.*,
    CASE
        WHEN s.mention_id IN (SELECT mention_id FROM gone) THEN 'unchanged'
        WHEN s.mention_id IN (SELECT mention_id FROM known)
            OR s.mention_id IN (SELECT mention_id FROM fresh) THEN 'known'
        WHEN s.mention_id IN (SELECT mention_id FROM known_off)
            OR s.mention_id IN (SELECT mention_id FROM stage WHERE bucket = 'off_topic')
            THEN 'off_topic'
        ELSE 'quarantined'
    END AS place
FROM stage AS s
WHERE s.bucket IN ('kept', 'duplicate') AND s.content_hash IS NULL;

-- Mentions this batch tells something of, which others build on.
CREATE OR REPLACE TEMP TABLE said AS
SELECT mention_id FROM content
UNION SELECT mention_id FROM snapshot WHERE place = 'known'
UNION SELECT mention_id FROM gone;

-- One look per mention and moment: of several contents the later row stands.
CREATE OR REPLACE TEMP TABLE look AS
SELECT
    mention_id,
    observed_at,
    max(likes) AS likes,
    max(shares) AS shares,
    max(comments) AS comments,
    max(views) AS views,
    max(followers) AS followers,
    max_by(content_hash, item_no) AS content_hash,
    $batch_id AS batch_id
FROM (
    SELECT mention_id, observed_at, likes, shares, comments, views, followers, content_hash, item_no
    FROM content
    UNION ALL
    SELECT mention_id, observed_at, likes, shares, comments, views, followers, NULL, item_no
    FROM snapshot WHERE place = 'known'
)
GROUP BY mention_id, observed_at;
