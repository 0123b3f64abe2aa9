-- What the filters offer.
SELECT 'brand' AS filter, brand_id AS value
FROM (SELECT brand_id, sum(posts) AS posts FROM participation_week GROUP BY brand_id ORDER BY posts DESC, brand_id)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'channel', channel AS value FROM participation_week WHERE channel <> '' ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'region', region AS value FROM figure_month WHERE region <> '' ORDER BY value)
