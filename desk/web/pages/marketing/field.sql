-- What others publish and what engages.
SELECT *, left(coalesce(nullif(title, ''), text), 200) AS said
FROM content_rank
WHERE __where__
ORDER BY times_usual DESC NULLS LAST, engagement DESC NULLS LAST, mention_id
LIMIT 25
