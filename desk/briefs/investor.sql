-- How the brands are talked about
SELECT month, brand_id, brand_role, mentions, authors, negative, neutral, positive
FROM brand_talk
ORDER BY month DESC, mentions DESC
LIMIT 6;

-- Try: content pieces and what they brought
SELECT published_at::DATE AS day, channel, left(coalesce(nullif(title, ''), text), 50) AS piece, views, engagement
FROM content_piece
ORDER BY engagement DESC NULLS LAST, mention_id
LIMIT 5;
