-- Which weeks were our handles silent?
SELECT week, sum(posts + replies) AS said
FROM participation_week
WHERE brand_id = 'larkspur'
GROUP BY week
HAVING said < 10
ORDER BY week DESC;
