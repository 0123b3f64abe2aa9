-- What the filters offer; the brand most spoken to first.
SELECT 'brand' AS filter, brand_id AS value
FROM (SELECT brand_id, count(*) AS said FROM response GROUP BY brand_id ORDER BY said DESC, brand_id)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'channel', channel AS value FROM response WHERE channel <> '' ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'language', language AS value FROM mention WHERE language IS NOT NULL ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'region', region AS value FROM mention WHERE region IS NOT NULL ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'product', unnest(product_ids) AS value FROM response ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'topic', unnest(topic_ids) AS value FROM response ORDER BY value)
