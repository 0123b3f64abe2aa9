-- What the filters offer; own brands first.
SELECT 'brand' AS filter, brand_id AS value
FROM (
    SELECT brand_id, any_value(brand_role) = 'own' AS own, count(*) AS posts
    FROM post_value
    GROUP BY brand_id
    ORDER BY own DESC, posts DESC, brand_id
)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'topic', unnest(topic_ids) AS value FROM content_rank ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'channel', channel AS value FROM post_value WHERE channel <> '' ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'region', region AS value FROM post_value WHERE region <> '' ORDER BY value)
