-- The mentions of discovered topics, the newest first.
SELECT
    mention_id,
    brand_id,
    topic_id,
    name,
    day,
    published_at,
    channel,
    left(coalesce(nullif(title, ''), text), 200) AS said,
    sentiment,
    intents,
    nearness,
    url
FROM discovered_topic_mention
WHERE __where__
ORDER BY published_at DESC, mention_id, brand_id
