-- Share of voice: sums first, ratios last.
SELECT
    *,
    mentions / nullif(mentions_all_brands, 0) AS share,
    CASE
        WHEN mentions_all_brands IS NULL THEN 'no_competitors'
        WHEN mentions_all_brands = 0 THEN 'no_mentions'
    END AS share_null_reason,
    mentions_deduped / nullif(deduped_all_brands, 0) AS share_deduped,
    CASE
        WHEN deduped_all_brands IS NULL THEN 'no_competitors'
        WHEN deduped_all_brands = 0 THEN 'no_mentions'
    END AS share_deduped_null_reason
FROM (
    SELECT
        brand_id,
        any_value(brand_role) AS brand_role,
        sum(mentions)::BIGINT AS mentions,
        sum(mentions_all_brands)::BIGINT AS mentions_all_brands,
        sum(mentions_deduped)::BIGINT AS mentions_deduped,
        sum(mentions_deduped_all_brands)::BIGINT AS deduped_all_brands,
        count(*) FILTER (coverage = 'partial') AS days_partial
    FROM share_of_voice_daily
    WHERE __where__
    GROUP BY brand_id
)
ORDER BY mentions DESC, brand_id
