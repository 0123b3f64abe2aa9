-- What the filters offer. No brand is the usual one: a flag may be about none.
SELECT * FROM (SELECT DISTINCT 'brand' AS filter, unnest(brand_ids) AS value FROM flag_open ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'channel', channel AS value FROM flag_open WHERE channel <> '' ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'language', language AS value FROM mention WHERE language IS NOT NULL ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'region', region AS value FROM mention WHERE region IS NOT NULL ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'product', unnest(product_ids) AS value FROM flag_open ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'topic', unnest(topic_ids) AS value FROM flag_open ORDER BY value)
