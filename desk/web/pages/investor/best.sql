-- Content that moved people most.
SELECT *, left(coalesce(nullif(title, ''), text), 200) AS said
FROM content_piece
WHERE __where__
ORDER BY engagement DESC NULLS LAST, mention_id
LIMIT 15
