-- What streams said that they did not see wholly, and the newest looks of each, so many as asked.
WITH looked AS (
    SELECT
        stream, sealed_at, since, until, state, reason, batch_id,
        row_number() OVER (PARTITION BY stream ORDER BY sealed_at DESC, batch_id DESC) AS back
    FROM taken
    WHERE kind = 'mention' AND since IS NOT NULL AND until IS NOT NULL
)

SELECT stream, sealed_at, since, until, state, reason
FROM looked
WHERE state <> 'complete' OR back <= ?
ORDER BY stream, sealed_at, batch_id
