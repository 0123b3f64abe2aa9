-- What people say of competitors, the newest first.
SELECT *, left(coalesce(nullif(title, ''), text), 200) AS said
FROM competitor_mention
WHERE __where__
ORDER BY published_at DESC, mention_id, competitor_id
