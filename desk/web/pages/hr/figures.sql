-- HR's figures, the newest month first.
SELECT *
FROM figure_month
WHERE __where__
ORDER BY month DESC, region
LIMIT 36
