-- Where do we rank each month?
SELECT
    month,
    brand_id,
    mentions_deduped,
    rank() OVER (PARTITION BY month ORDER BY mentions_deduped DESC) AS place
FROM brand_talk
ORDER BY month DESC, place;
