-- The months, the newest first.
SELECT *
FROM figure_month
WHERE __where__
ORDER BY month DESC, region
