-- Share of voice over all days, copies counted once
SELECT brand_id, brand_role, sum(mentions) AS mentions, sum(mentions_deduped) AS deduped,
  round(sum(mentions_deduped) / sum(sum(mentions_deduped)) OVER (), 3) AS share
FROM share_of_voice_daily
GROUP BY ALL
ORDER BY deduped DESC;

-- Issues: many authors, not one loud one
SELECT brand_id, topic_id, started_on, authors, mentions, reach, stage
FROM issue
ORDER BY authors DESC, started_on
LIMIT 5;

-- Try: the articles, syndicated copies collapsed
SELECT published_at::DATE AS day, title, articles, outlets
FROM media_pickup
ORDER BY articles DESC, published_at
LIMIT 5;
