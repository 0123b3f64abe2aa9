-- The mentions behind the numbers, the newest first.
SELECT
    voice.mention_id,
    voice.brand_id,
    voice.day,
    voice.published_at,
    voice.channel,
    voice.relation,
    left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said,
    voice.sentiment,
    voice.intents,
    voice.topic_ids,
    voice.is_bad,
    voice.is_voice,
    voice.engagement,
    voice.reach,
    mention.url
FROM (SELECT * FROM voice WHERE __where__) AS voice
JOIN mention USING (mention_id)
ORDER BY voice.published_at DESC, voice.mention_id, voice.brand_id
