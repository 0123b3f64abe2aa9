-- Brands, products, topics and queries that are named are in the brand files, now or before.
SELECT 'brand' AS kind, brand_id AS id
FROM (
    SELECT brand_id FROM core.mention_brand WHERE rowid >= $since
    UNION SELECT brand_id FROM core.target_label WHERE rowid >= $since
) ANTI JOIN core.brand USING (brand_id)
UNION ALL
SELECT 'product', brand_id || '/' || product_id
FROM (
    SELECT brand_id, product_id FROM core.mention_brand WHERE rowid >= $since
    UNION SELECT brand_id, product_id FROM core.target_label WHERE rowid >= $since
) ANTI JOIN core.product USING (brand_id, product_id)
WHERE product_id <> ''
UNION ALL
SELECT 'topic', topic_id
FROM core.mention_topic ANTI JOIN core.topic USING (topic_id) WHERE rowid >= $since
UNION ALL
SELECT 'query', query_id
FROM core.mention_query ANTI JOIN core.query USING (query_id) WHERE rowid >= $since
LIMIT 5;
