-- What each stream saw wholly, joined where it touches.
WITH looked AS (
    SELECT
        stream, since, until,
        since > max(until) OVER (
            PARTITION BY stream ORDER BY since, until
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS begins
    FROM taken
    WHERE kind = 'mention' AND state = 'complete' AND since IS NOT NULL AND until IS NOT NULL
),

numbered AS (
    SELECT *, sum(coalesce(begins, 1)) OVER (
        PARTITION BY stream ORDER BY since, until ROWS UNBOUNDED PRECEDING
    ) AS part
    FROM looked
)

INSERT INTO span (stream, since, until, swept_at)
SELECT stream, min(since), max(until), ?
FROM numbered
GROUP BY stream, part
