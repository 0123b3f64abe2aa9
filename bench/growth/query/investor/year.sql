-- How does the year compare with the year before?
SELECT
    brand_id,
    sum(mentions_deduped) FILTER (month >= DATE '2025-11-01') AS mentions,
    sum(mentions_deduped) FILTER (month >= DATE '2024-11-01' AND month < DATE '2025-11-01')
        AS mentions_before
FROM brand_talk
GROUP BY brand_id
ORDER BY mentions DESC;
