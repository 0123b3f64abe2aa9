-- Conversations worth joining, best first.
SELECT
    offer.mention_id AS subject_id,
    offer.brand_id AS target,
    offer.mention_id,
    coalesce(nullif(offer.title, ''), left(offer.text, 140)) AS said,
    offer.need,
    offer.status,
    NULL::VARCHAR AS owner,
    offer.age_s,
    offer.channel,
    offer.replies_so_far,
    offer.reason,
    offer.author_handle,
    offer.text,
    offer.url,
    offer.reply_link,
    offer.brand_id,
    offer.topic_ids,
    mention.language,
    mention.region,
    offer.published_at
FROM join_candidate AS offer
LEFT JOIN mention USING (mention_id)
ORDER BY offer.score DESC, offer.mention_id, offer.brand_id
