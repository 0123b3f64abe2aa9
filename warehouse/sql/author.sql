-- Authors as their latest mention shows them; none without a mention. `touched_author` says whose.
CREATE OR REPLACE TEMP TABLE known_author AS
SELECT a.rowid AS row_no, a.* FROM core.author AS a SEMI JOIN touched_author USING (author_key);

CREATE OR REPLACE TEMP TABLE author_mention AS
SELECT rowid AS row_no, author_key, mention_id, published_at
FROM core.mention SEMI JOIN touched_author USING (author_key);

CREATE OR REPLACE TEMP TABLE latest AS
SELECT author_key, source, channel, mention_id, content_hash
FROM core.mention
WHERE rowid IN (
    SELECT max_by(row_no, (published_at, mention_id)) FROM author_mention GROUP BY author_key
);

CREATE OR REPLACE TEMP TABLE author_now AS
SELECT
    author_key, source, v.handle, v.author_name AS name, v.verified,
    (
        SELECT min(h.brand_id) FROM core.handle AS h
        WHERE h.channel IN (latest.source, latest.channel)
            AND lower(ltrim(h.handle, '@')) = lower(ltrim(v.handle, '@'))
    ) AS brand_id
FROM latest JOIN (
    SELECT mention_id, content_hash, handle, author_name, verified FROM core.mention_version
    WHERE rowid IN (
        SELECT v.rowid FROM core.mention_version AS v SEMI JOIN latest USING (mention_id, content_hash)
    )
) AS v USING (mention_id, content_hash);

-- Authors whom we knew otherwise. What is told of all their mentions changes with their handle, or
-- with the brand that it is of; no model that is kept tells the name they go by, or who verified it.
CREATE OR REPLACE TEMP TABLE renamed AS
SELECT
    author_key,
    (new.handle, new.brand_id) IS DISTINCT FROM (old.handle, old.brand_id) AS is_retold
FROM author_now AS new JOIN known_author AS old USING (author_key)
WHERE (new.source, new.handle, new.name, new.verified, new.brand_id)
    IS DISTINCT FROM (old.source, old.handle, old.name, old.verified, old.brand_id);

DELETE FROM core.author
WHERE rowid IN (
    SELECT row_no FROM known_author
    WHERE author_key IN (SELECT author_key FROM renamed)
        OR author_key NOT IN (SELECT author_key FROM author_now)
);

INSERT INTO core.author BY NAME
SELECT * FROM author_now
WHERE author_key IN (SELECT author_key FROM renamed)
    OR author_key NOT IN (SELECT author_key FROM known_author);
