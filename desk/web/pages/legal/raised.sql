-- Flags by the day they were raised, of those still open.
SELECT opened_at::DATE AS day, kind, count(*) AS flags
FROM flag_open
WHERE __where__
GROUP BY ALL
ORDER BY day, kind
