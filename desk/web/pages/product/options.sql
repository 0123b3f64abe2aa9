-- What the filters offer; the brand most spoken to on its own channels first.
SELECT 'brand' AS filter, brand_id AS value
FROM (
    SELECT brand_id, count(*) FILTER (relation = 'owned') AS own, count(*) AS all_of_it
    FROM feedback_mention
    GROUP BY brand_id
    ORDER BY own DESC, all_of_it DESC, brand_id
)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'product', unnest(product_ids) AS value FROM feedback_mention ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'topic', topic_id AS value FROM topic_week WHERE topic_id <> '(none)' ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'channel', channel AS value FROM feedback_mention WHERE channel <> '' ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'language', language AS value FROM mention WHERE language IS NOT NULL ORDER BY value)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'region', region AS value FROM mention WHERE region IS NOT NULL ORDER BY value)
