-- What product was advised to do, what is open first.
SELECT
    recommendation_id AS subject_id,
    '' AS target,
    title AS said,
    brand_id,
    product_id,
    topic_id,
    status,
    mentions,
    mentions_null_reason,
    (SELECT min(day) FROM feedback_mention) AS first_day,
    (SELECT max(day) FROM feedback_mention) AS last_day,
    proposed_on,
    implemented_on,
    days_to_market,
    days_to_market_null_reason,
    duplicate_of
FROM recommendation
ORDER BY
    status IN ('implemented', 'rejected'), coalesce(mentions, 0) DESC, proposed_on DESC NULLS LAST,
    recommendation_id
