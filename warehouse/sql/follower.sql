-- Followers of authors over time: of one moment, the most that any look at their mentions saw.
-- Looks only add to that, but for authors who lost a mention: theirs is told anew.
CREATE OR REPLACE TEMP TABLE follower_now AS
WITH looked AS (
    SELECT s.author_key, l.observed_at, l.followers
    FROM look_now AS l JOIN stands AS s USING (mention_id)
    UNION ALL
    SELECT m.author_key, e.observed_at, e.followers
    FROM core.engagement AS e
    JOIN (SELECT mention_id, author_key FROM core.mention SEMI JOIN left_author USING (author_key)) AS m
        USING (mention_id)
)

SELECT author_key, observed_at, max(followers) AS followers
FROM looked WHERE followers IS NOT NULL AND author_key IS NOT NULL
GROUP BY author_key, observed_at;

CREATE OR REPLACE TEMP TABLE known_follower AS
SELECT f.rowid AS row_no, f.*
FROM core.author_follower AS f
-- Of what came before an author's first look only its first moment matters.
JOIN (
    SELECT author_key, min(observed_at) AS since FROM follower_now
    ANTI JOIN left_author USING (author_key)
    GROUP BY author_key
) AS looked ON looked.author_key = f.author_key AND f.observed_at >= looked.since
WHERE f.observed_at >= (SELECT min(observed_at) FROM follower_now)
UNION ALL
SELECT f.rowid, f.* FROM core.author_follower AS f SEMI JOIN left_author USING (author_key);

CREATE OR REPLACE TEMP TABLE first_followed AS
SELECT author_key, min(observed_at) AS first_at
FROM core.author_follower
SEMI JOIN (
    SELECT author_key FROM follower_now UNION SELECT author_key FROM left_author
) AS touched USING (author_key)
GROUP BY author_key;

CREATE OR REPLACE TEMP TABLE follower_change AS
SELECT *, followers IS DISTINCT FROM old_followers AS is_changed
FROM (
    SELECT
        author_key, observed_at, old.row_no, old.followers AS old_followers,
        CASE
            WHEN author_key IN (SELECT author_key FROM left_author) THEN new.followers
            ELSE greatest(old.followers, new.followers)
        END AS followers
    FROM known_follower AS old FULL JOIN follower_now AS new USING (author_key, observed_at)
);

-- Moments whose number of followers is new or another, and until when it is the one to read:
-- from the look before, where there is none yet, to the look after.
CREATE OR REPLACE TEMP TABLE followed AS
SELECT
    author_key,
    if(is_first, '-infinity'::TIMESTAMPTZ, observed_at) AS since,
    coalesce(next_at, 'infinity'::TIMESTAMPTZ) AS until
FROM (
    SELECT
        author_key, observed_at, is_changed,
        observed_at <= coalesce(first_at, observed_at) AS is_first,
        lead(observed_at) OVER (PARTITION BY author_key ORDER BY observed_at) AS next_at
    FROM follower_change LEFT JOIN first_followed USING (author_key)
)
-- Of an author who is new everything is said by this batch.
WHERE is_changed
    AND author_key NOT IN (SELECT author_key FROM author_now ANTI JOIN known_author USING (author_key));

DELETE FROM core.author_follower
WHERE rowid IN (SELECT row_no FROM follower_change WHERE is_changed AND row_no IS NOT NULL);

INSERT INTO core.author_follower BY NAME
SELECT author_key, observed_at, followers FROM follower_change
WHERE is_changed AND followers IS NOT NULL;
