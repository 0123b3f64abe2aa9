-- How did the mood move over the years?
SELECT
    date_trunc('quarter', week) AS quarter,
    brand_id,
    sum(positive - negative) / nullif(sum(positive + neutral + negative), 0) AS net_sentiment_of_all
FROM brand_week
GROUP BY quarter, brand_id
ORDER BY quarter, brand_id;
