-- What the filters offer; own brands first.
SELECT 'brand' AS filter, brand_id AS value
FROM (
    SELECT brand_id, any_value(brand_role) = 'own' AS own, count(*) AS said
    FROM voice
    GROUP BY brand_id
    ORDER BY own DESC, said DESC, brand_id
)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'topic', unnest(topic_ids) AS value FROM voice ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'channel', channel AS value FROM voice WHERE channel <> '' ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'language', language AS value FROM mention WHERE language IS NOT NULL ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'region', region AS value FROM mention WHERE region IS NOT NULL ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'product', unnest(product_ids) AS value FROM voice ORDER BY value)
