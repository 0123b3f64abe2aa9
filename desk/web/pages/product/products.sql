-- How each product fares.
SELECT
    product_id,
    count(*) AS mentions,
    count(*) FILTER (list_contains(intents, 'complaint')) AS complaints,
    count(*) FILTER (sentiment = 'negative') AS negative,
    count(*) FILTER (sentiment = 'positive') AS positive
FROM (
    SELECT unnest(product_ids) AS product_id, intents, sentiment
    FROM feedback_mention
    WHERE __where__ AND NOT is_spam
)
GROUP BY product_id
ORDER BY mentions DESC, product_id
LIMIT 200
