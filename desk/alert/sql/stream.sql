-- Every stream that was looked at: its source, whether more of it is to come, and when first.
SELECT
    s.stream,
    (SELECT t.source FROM taken AS t WHERE t.stream = s.stream AND t.kind = 'mention' LIMIT 1),
    EXISTS (
        SELECT 1 FROM taken AS t
        WHERE t.stream = s.stream AND t.kind = 'mention' AND t.goes_on AND t.since IS NOT NULL
    ),
    (
        SELECT t.sealed_at FROM taken AS t
        WHERE t.stream = s.stream AND t.kind = 'mention' AND t.since IS NOT NULL
        ORDER BY t.sealed_at LIMIT 1
    ) AS first
FROM (SELECT DISTINCT stream FROM taken) AS s
WHERE first IS NOT NULL
ORDER BY s.stream
