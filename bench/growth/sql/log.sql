-- The batches of these days, silent ones included, and of the day after: what was said last of all
-- was seen then. Those that the piece before made so are there.
CREATE OR REPLACE TEMP TABLE batch_made AS
SELECT
    kind, s.stream, s.source, s.host, s.target, s.place, day, until,
    batch_of(kind, s.stream, day) AS batch_id,
    chance(epoch(day)::BIGINT + s.place, 'cover') AS u
FROM (
    SELECT
        day, least(day + INTERVAL 1 DAY - INTERVAL 1 SECOND, getvariable('until')) AS until,
        unnest(['mention', 'engagement']) AS kind
    FROM (
        SELECT date_trunc('day', begins) AS day FROM hour WHERE piece = getvariable('piece')
        UNION
        SELECT date_trunc('day', begins) + INTERVAL 1 DAY FROM hour
        WHERE piece = getvariable('piece')
    )
    WHERE day < getvariable('until')
)
CROSS JOIN stream AS s
ANTI JOIN (SELECT batch_id FROM core.batch) AS known
    ON known.batch_id = batch_of(kind, s.stream, day)
WHERE kind = 'mention' OR s.part IN ('mastodon', 'hackernews', 'posts');

INSERT INTO core.batch BY NAME
SELECT
    batch_id, kind, stream, source, host, target,
    date_diff('day', first_day(), day_of(day)) + 1 AS seq, '{}' AS cursor_before,
    '{"at": "' || until || '"}' AS cursor_after, until AS started_at, until AS sealed_at,
    until AS fetched_at, 0 AS served, '1' AS parser_version, '' AS warc, '' AS warc_sha256,
    0 AS revision, false AS raw_partial, ['brands/demo.yaml'] AS brand_files, false AS marked,
    if(kind = 'mention', 'growth', '') AS model
FROM batch_made ORDER BY day, place;

INSERT INTO core.coverage BY NAME
SELECT
    batch_id, stream, source, host, target,
    CASE WHEN u < 0.01 THEN 'capped' WHEN u < 0.02 THEN 'partial' ELSE 'complete' END AS state,
    day AS since, until, NULL AS expected, NULL AS got,
    if(u < 0.02, 'the source serves no more', '') AS reason
FROM batch_made ORDER BY day, place;

-- What did not become a mention.
INSERT INTO core.off_topic BY NAME
SELECT
    substr(sha256(source || chr(31) || 'o' || n), 1, 32) AS mention_id, source,
    'o' || n AS native_id, 'http://' || host || '/o/' || n AS url,
    batch_of('mention', stream, observed_at) AS batch_id
FROM mention_made WHERE chance(n, 'off') < 0.06 ORDER BY n;

INSERT INTO core.tombstone BY NAME
SELECT
    substr(sha256(source || chr(31) || 'd' || n), 1, 32) AS mention_id, source,
    published_at AS deleted_at, observed_at, batch_of('mention', stream, observed_at) AS batch_id
FROM mention_made WHERE chance(n, 'gone') < 0.004 ORDER BY n;

INSERT INTO core.quarantine BY NAME
SELECT
    sha256('q' || n) AS quarantine_id, source, 'q' || n AS native_id, 'bad_date' AS reason,
    'published_at is no date' AS detail, '{"id": "q' || n || '"}' AS raw,
    batch_of('mention', stream, observed_at) AS batch_id
FROM mention_made WHERE chance(n, 'bad') < 0.001 ORDER BY n;
