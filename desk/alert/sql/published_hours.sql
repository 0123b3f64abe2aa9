-- Hours of the published past in which somebody spoke of a brand, as far as weeks are compared.
SELECT
    brand_id,
    epoch(hour_at)::BIGINT // 3600 AS hour,
    sum(voices)::BIGINT AS voices,
    sum(shared_voices)::BIGINT AS shared_voices,
    sum(negative)::BIGINT AS negative,
    sum(neutral)::BIGINT AS neutral,
    sum(positive)::BIGINT AS positive
FROM mention_hour
WHERE hour_at >= (SELECT max(hour_at) FROM mention_hour) - INTERVAL 100 DAY
GROUP BY ALL
