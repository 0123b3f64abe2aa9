-- Our posts that moved people most, at the last look
SELECT published_at::DATE AS day, channel, reach, engagement, round(virality, 4) AS virality, virality_null_reason
FROM post_metric
WHERE is_own
QUALIFY row_number() OVER (PARTITION BY mention_id ORDER BY observed_at DESC) = 1
ORDER BY engagement DESC NULLS LAST, mention_id
LIMIT 5;

-- What was tested
SELECT id, metric, round(lift, 3) AS lift, round(ci_low, 3) AS ci_low, round(ci_high, 3) AS ci_high, verdict
FROM experiment
ORDER BY id;

-- Try: what the people who mention a brand also talk about
SELECT brand_id, kind, thing, authors, round(share_of_audience, 2) AS share
FROM audience
WHERE thing <> brand_id
ORDER BY authors DESC, thing
LIMIT 5;
