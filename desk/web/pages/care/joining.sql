-- Conversations to join.
SELECT *, left(coalesce(nullif(title, ''), text), 200) AS said
FROM join_candidate
WHERE __where__
ORDER BY score DESC, mention_id
LIMIT 25
