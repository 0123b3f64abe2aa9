-- Our content, the newest first.
SELECT *, left(coalesce(nullif(title, ''), text), 200) AS said
FROM content_piece
WHERE __where__
ORDER BY published_at DESC, mention_id, brand_id
