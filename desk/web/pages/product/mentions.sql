-- The mentions behind the numbers, the newest first.
SELECT
    mention_id,
    brand_id,
    day,
    published_at,
    channel,
    source,
    kind,
    relation,
    left(coalesce(nullif(title, ''), text), 200) AS said,
    product_ids,
    topic_ids,
    intents,
    sentiment,
    corrected,
    rating,
    engagement,
    url
FROM feedback_mention
WHERE __where__
ORDER BY published_at DESC, mention_id, brand_id
