-- Open flags by kind, the gravest first.
SELECT
    kind,
    count(*) AS flags,
    max(severity) AS severity,
    max(score) AS max_score,
    min(opened_at) AS oldest_at
FROM flag_open
WHERE __where__
GROUP BY kind
ORDER BY severity DESC, flags DESC, kind
