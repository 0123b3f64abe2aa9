-- What waits for a person.
SELECT *, left(coalesce(nullif(title, ''), text), 200) AS said
FROM triage
WHERE __where__
ORDER BY priority DESC, mention_id
LIMIT 50
