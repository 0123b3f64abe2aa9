-- Suspected infringers, the surest first.
SELECT *, coalesce(author_handle, domain, 'hidden by the source') AS who
FROM infringement_suspect
WHERE __where__
ORDER BY open_flags DESC, max_score DESC, who
LIMIT 50
