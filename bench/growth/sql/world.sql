-- What every piece is made from. Variables: seed, mentions, until (the stated
-- now), months, inner_pad and outer_pad (of the authors' key: pseudonym.py).
-- A choice is a hash of the mention's number, what is chosen and the seed: the same on any machine.
CREATE OR REPLACE TEMP MACRO chance(n, what) AS
    hash(n, what, getvariable('seed')) / 18446744073709551616.0::DOUBLE;
CREATE OR REPLACE TEMP MACRO pick(n, what, these) AS
    these[1 + floor(chance(n, what) * len(these))::BIGINT];
-- Rare large values: exponential with mean 1.
CREATE OR REPLACE TEMP MACRO wait(n, what) AS -ln(1 - chance(n, what));
-- How many back of those so far, few as a rule.
CREATE OR REPLACE TEMP MACRO back(n, what, mean, so_far) AS
    least(floor(mean * wait(n, what)), so_far - 1)::BIGINT;
-- How much of its end a count has after some hours: half so soon, and less and less is added.
CREATE OR REPLACE TEMP MACRO grown(hours, half) AS 1 - exp(-(hours + 0.5) / half);
CREATE OR REPLACE TEMP MACRO native_of(n) AS (4000000000 + n)::VARCHAR;
-- The hash of listening.contract.mention_id.
CREATE OR REPLACE TEMP MACRO id_of(source, n) AS
    substr(sha256(source || chr(31) || native_of(n)), 1, 32);
-- The key of warehouse/sql/stage.sql: who is known here is known to the load.
CREATE OR REPLACE TEMP MACRO author_of(source, handle) AS
    substr(sha256(getvariable('outer_pad')::BLOB || unhex(sha256(getvariable('inner_pad')::BLOB || encode(
        source || chr(31) || handle
    )))), 1, 32);
-- As `more.py` names them.
CREATE OR REPLACE TEMP MACRO name_of(handle) AS split_part(ltrim(handle, '@'), '@', 1);
CREATE OR REPLACE TEMP MACRO day_of(moment) AS date_trunc('day', moment)::DATE;
CREATE OR REPLACE TEMP MACRO first_day() AS
    day_of(getvariable('until') - to_months(getvariable('months')));
CREATE OR REPLACE TEMP MACRO batch_of(kind, stream, moment) AS
    kind || '/' || stream || '/' || day_of(moment)
    || '/' || lpad((date_diff('day', first_day(), day_of(moment)) + 1)::VARCHAR, 8, '0');

-- One batch a stream and day. `stated` holds the streams of the brand file, in its order.
CREATE OR REPLACE TEMP TABLE stream AS
WITH share (source, share) AS (
    VALUES ('mastodon', 0.46), ('rss', 0.18), ('appstore', 0.12), ('hackernews', 0.10),
    ('web', 0.02), ('care', 0.10), ('posts', 0.02)
),

part AS (
    SELECT
        *,
        CASE
            WHEN source = 'drop' THEN if(target LIKE '%care%', 'care', 'posts') ELSE source
        END AS part
    FROM stated
),

weighed AS (
    SELECT part.*, share.share / row_number() OVER (PARTITION BY part ORDER BY place) AS weight
    FROM part JOIN share ON share.source = part
),

ranged AS (
    SELECT
        * EXCLUDE (weight),
        sum(weight / whole) OVER (ORDER BY place) AS share_until,
        sum(weight / whole) OVER (ORDER BY place) - weight / whole AS share_from
    FROM (
        SELECT weighed.*, sum(weight) OVER (PARTITION BY part) / share.share AS whole
        FROM weighed JOIN share ON share.source = part
    )
)

SELECT * FROM ranged;

CREATE OR REPLACE TEMP TABLE slot AS
SELECT *, unnest(range(round(share_from * 2000)::BIGINT, round(share_until * 2000)::BIGINT)) AS slot
FROM stream;

-- How many mentions an hour has: twice as many at the end as at the beginning, fewer at night and
-- on weekends, and a stormy day now and then.
CREATE OR REPLACE TEMP TABLE hour AS
WITH clock AS (
    SELECT unnest(generate_series(
        first_day()::TIMESTAMPTZ, getvariable('until') - INTERVAL 1 HOUR, INTERVAL 1 HOUR
    )) AS begins
),

weighed AS (
    SELECT
        begins,
        (1 + date_diff('hour', first_day()::TIMESTAMPTZ, begins)
            / date_diff('hour', first_day()::TIMESTAMPTZ, getvariable('until')))
        * CASE isodow(begins) WHEN 6 THEN 0.7 WHEN 7 THEN 0.75 WHEN 2 THEN 1.1 ELSE 1 END
        * (1.05 - cos((hour(begins) - 2) / 24 * 2 * pi()))
        * (0.85 + 0.3 * chance(epoch(begins)::BIGINT, 'hour'))
        * if(chance(epoch(date_trunc('day', begins))::BIGINT, 'storm') < 0.015, 2.5, 1) AS weight
    FROM clock
),

summed AS (
    SELECT
        begins,
        round(
            getvariable('mentions') * sum(weight) OVER (ORDER BY begins) / sum(weight) OVER ()
        )::BIGINT AS until_n
    FROM weighed
)

-- Made piece by piece: as many whole months as hold some hundred thousands.
SELECT
    begins, from_n, until_n,
    min(from_n) OVER (PARTITION BY date_trunc('month', begins)) // 250000 AS piece
FROM (SELECT *, coalesce(lag(until_n) OVER (ORDER BY begins), 0) AS from_n FROM summed);

CREATE OR REPLACE TEMP TABLE topic_name AS
SELECT list(topic_id ORDER BY topic_id) AS topic_ids, list(examples ORDER BY topic_id) AS examples
FROM core.topic;

INSERT INTO core.tagger_version BY NAME
SELECT tagger, version, first_day()::TIMESTAMPTZ AS tagged_at, NULL AS retagged_at
FROM (
    VALUES ('language', '1+growth'), ('sentiment', '1+growth'), ('target', '1+growth'),
    ('topic', '1+growth'), ('encoder', '1+growth'), ('emotion', '2+growth'), ('irony', '2+growth'),
    ('offensive', '2+growth'), ('intent', '2+growth')
) AS stated (tagger, version)
ANTI JOIN core.tagger_version USING (tagger, version);
