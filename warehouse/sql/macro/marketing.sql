CREATE MACRO channel_value(brand, since, until) AS TABLE
SELECT
    channel,
    sum(posts) AS posts,
    sum(engagement) AS engagement,
    sum(amplification) AS amplification,
    sum(applause) AS applause,
    sum(virality_engagement) / nullif(sum(virality_followers), 0) AS virality
FROM post_value_week
WHERE brand_id = brand AND week BETWEEN since AND until
    AND channel <> '(all)' AND region = '(all)' AND campaign = '(all)'
GROUP BY channel
ORDER BY engagement DESC NULLS LAST, channel;

COMMENT ON MACRO TABLE channel_value IS
    'What a brand''s posts brought on each channel, over weeks that begin between two days.';
