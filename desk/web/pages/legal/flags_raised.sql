-- Flags raised in this time that are still open, the newest first.
SELECT *, left(coalesce(nullif(span_text, ''), text), 200) AS said
FROM flag_open
WHERE __where__
ORDER BY opened_at DESC, flag_id
