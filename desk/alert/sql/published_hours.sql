-- Hours of the published past in which somebody spoke of a brand.
SELECT brand_id, epoch(hour_at)::BIGINT // 3600 AS hour, voices, shared_voices, negative, neutral, positive
FROM mention_hour
