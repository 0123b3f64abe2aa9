-- Where the brand stands: sums first, ratios last.
SELECT
    *,
    mentions / nullif(mentions_all_brands, 0) AS share,
    CASE
        WHEN weeks = 0 THEN 'no_weeks'
        WHEN mentions_all_brands IS NULL THEN 'no_competitors'
        WHEN mentions_all_brands = 0 THEN 'no_mentions'
    END AS share_null_reason,
    (positive - negative) / nullif(scored, 0) AS net_sentiment,
    'none_scored' AS net_sentiment_null_reason,
    answered_in_time / nullif(inbound, 0) AS response_rate,
    'nothing needed a reply' AS response_rate_null_reason
FROM (
    SELECT
        count(*) AS weeks,
        coalesce(sum(mentions), 0)::BIGINT AS mentions,
        sum(mentions_all_brands)::BIGINT AS mentions_all_brands,
        sum(negative)::BIGINT AS negative,
        sum(positive)::BIGINT AS positive,
        sum(negative + neutral + positive)::BIGINT AS scored,
        sum(inbound)::BIGINT AS inbound,
        sum(answered_in_time)::BIGINT AS answered_in_time
    FROM brand_week
    WHERE __where__
)
