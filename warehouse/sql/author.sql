-- Authors as their latest mention shows them; none without a mention. `touched_author` says whose.
CREATE OR REPLACE TEMP TABLE author_now AS
WITH latest AS (
    SELECT m.author_key, m.source, m.channel, v.handle, v.author_name AS name, v.verified
    FROM core.mention AS m SEMI JOIN touched_author USING (author_key)
    JOIN core.mention_version AS v USING (mention_id, content_hash)
    QUALIFY row_number() OVER (
        PARTITION BY m.author_key ORDER BY m.published_at DESC, m.mention_id DESC
    ) = 1
)

SELECT
    author_key, source, handle, name, verified,
    (
        SELECT min(h.brand_id) FROM core.handle AS h
        WHERE h.channel IN (latest.source, latest.channel)
            AND lower(ltrim(h.handle, '@')) = lower(ltrim(latest.handle, '@'))
    ) AS brand_id
FROM latest;

-- Authors whom we knew otherwise: what is known of all their mentions changes with them.
CREATE OR REPLACE TEMP TABLE renamed AS
SELECT author_key
FROM author_now JOIN core.author AS old USING (author_key)
WHERE (author_now.handle, author_now.name, author_now.verified, author_now.brand_id)
    IS DISTINCT FROM (old.handle, old.name, old.verified, old.brand_id);

DELETE FROM core.author
WHERE author_key IN (SELECT author_key FROM touched_author)
    AND (author_key, source, handle, name, verified, brand_id) NOT IN (
        SELECT (author_key, source, handle, name, verified, brand_id) FROM author_now
    );

INSERT INTO core.author BY NAME SELECT * FROM author_now ANTI JOIN core.author USING (author_key);

CREATE OR REPLACE TEMP TABLE follower_now AS
SELECT m.author_key, e.observed_at, max(e.followers) AS followers
FROM core.mention AS m SEMI JOIN touched_author USING (author_key)
JOIN core.engagement AS e USING (mention_id)
WHERE e.followers IS NOT NULL
GROUP BY m.author_key, e.observed_at;

-- Moments whose number of followers is new or another, and until when it is the one to read:
-- from the look before, where there is none yet, to the look after.
CREATE OR REPLACE TEMP TABLE followed AS
WITH known AS (
    SELECT author_key, observed_at, followers
    FROM core.author_follower SEMI JOIN touched_author USING (author_key)
),

look AS (
    SELECT
        author_key, observed_at, known.followers IS DISTINCT FROM new.followers AS is_changed,
        lag(observed_at) OVER nearest IS NULL AS is_first,
        lead(observed_at) OVER nearest AS next_at
    FROM known FULL JOIN follower_now AS new USING (author_key, observed_at)
    WINDOW nearest AS (PARTITION BY author_key ORDER BY observed_at)
)

SELECT
    author_key,
    if(is_first, '-infinity'::TIMESTAMPTZ, observed_at) AS since,
    coalesce(next_at, 'infinity'::TIMESTAMPTZ) AS until
FROM look WHERE is_changed;

DELETE FROM core.author_follower
WHERE author_key IN (SELECT author_key FROM touched_author)
    AND NOT EXISTS (
        SELECT 1 FROM follower_now AS n
        WHERE n.author_key = author_follower.author_key
            AND n.observed_at = author_follower.observed_at
            AND n.followers = author_follower.followers
    );

INSERT INTO core.author_follower BY NAME
SELECT * FROM follower_now ANTI JOIN core.author_follower USING (author_key, observed_at);
