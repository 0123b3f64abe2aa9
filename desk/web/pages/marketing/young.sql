-- Young posts beside what is usual at their age.
SELECT *, left(coalesce(nullif(title, ''), text), 200) AS said
FROM young_post
WHERE __where__
ORDER BY verdict = 'amplify' DESC, times_usual DESC NULLS LAST, mention_id
LIMIT 15
