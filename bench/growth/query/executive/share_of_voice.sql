-- What is our share of voice this quarter?
SELECT
    brand_id,
    sum(mentions) AS mentions,
    sum(mentions) / sum(sum(mentions)) OVER () AS share_of_voice
FROM brand_week
WHERE week >= DATE '2026-08-01'
GROUP BY brand_id
ORDER BY share_of_voice DESC;
