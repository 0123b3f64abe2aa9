-- What each stream could see wholly before the window: its complete looks, joined where they touch.
WITH looked AS (
    SELECT
        stream,
        since,
        until,
        since > max(until) OVER (
            PARTITION BY stream ORDER BY since, until
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS begins
    FROM coverage
    WHERE state = 'complete' AND isfinite(since) AND isfinite(until)
),

numbered AS (
    SELECT *, count_if(coalesce(begins, true)) OVER (PARTITION BY stream ORDER BY since, until) AS part
    FROM looked
)

SELECT stream, epoch(min(since)) AS since, epoch(max(until)) AS until
FROM numbered
GROUP BY stream, part
