-- Looks: at once, and where a source counts, after a day, a week and a month.
CREATE OR REPLACE TEMP TABLE look_made AS
SELECT
    mention_id, author_key, n,
    if(l.hours = 0, observed_at, observed_at + to_hours(l.hours)) AS observed_at,
    (likes * grown(l.hours, l.half))::BIGINT AS likes,
    if(part = 'hackernews', NULL, (shares * grown(l.hours, l.half))::BIGINT) AS shares,
    (comments * grown(l.hours, l.half))::BIGINT AS comments,
    if(part = 'posts', (40 + 30 * likes * grown(l.hours, l.half))::BIGINT, NULL) AS views,
    if(part = 'hackernews', NULL, (
        pow(10, 1 + 4 * pow(chance(author_no, 'followers'), 2))
        * (1 + date_diff('day', first_day(), day_of(observed_at)) / 2000.0) + l.hours / 100
    )::BIGINT) AS followers,
    CASE
        WHEN l.hours = 0 THEN content_hash WHEN l.hours = 24 AND version_no = 2 THEN standing_hash
    END AS content_hash,
    batch_of(if(l.hours = 0 OR l.hours = 24 AND version_no = 2, 'mention', 'engagement'), stream,
        observed_at + to_hours(l.hours)) AS batch_id
FROM (
    SELECT *, unnest([
        {'hours': 0, 'half': 20 + 40 * chance(n, 'half')},
        {'hours': 24, 'half': 20 + 40 * chance(n, 'half')},
        {'hours': 168, 'half': 20 + 40 * chance(n, 'half')},
        {'hours': 720, 'half': 20 + 40 * chance(n, 'half')}
    ]) AS l
    FROM mention_made WHERE part IN ('mastodon', 'hackernews', 'posts')
)
WHERE l.hours = 0
    OR (
        observed_at + to_hours(l.hours) <= getvariable('until')
        AND (version_no = 2 OR chance(n, 'look' || l.hours)
            < CASE l.hours WHEN 24 THEN 0.9 WHEN 168 THEN 0.7 ELSE 0.4 END)
    );

INSERT INTO core.engagement BY NAME
SELECT * EXCLUDE (author_key, n) FROM look_made
UNION ALL BY NAME
SELECT
    mention_id, observed_at, NULL AS likes, NULL AS shares, NULL AS comments, NULL AS views,
    NULL AS followers, content_hash, batch_of('mention', stream, observed_at) AS batch_id
FROM mention_made WHERE part NOT IN ('mastodon', 'hackernews', 'posts')
ORDER BY observed_at;

INSERT INTO core.author_follower BY NAME
SELECT author_key, observed_at, max(followers) AS followers FROM look_made
ANTI JOIN core.author_follower USING (author_key, observed_at)
WHERE followers IS NOT NULL AND author_key IS NOT NULL
GROUP BY author_key, observed_at
ORDER BY observed_at;
