-- Conversations worth joining, best first.
SELECT
    mention_id AS subject_id,
    brand_id AS target,
    mention_id,
    coalesce(nullif(title, ''), left(text, 140)) AS said,
    need,
    status,
    NULL::VARCHAR AS owner,
    age_s,
    channel,
    replies_so_far,
    reason,
    author_handle,
    text,
    url,
    reply_link
FROM join_candidate
ORDER BY score DESC, mention_id, brand_id
