-- Open flags with what they rest on, the gravest and surest first.
SELECT *, left(coalesce(nullif(span_text, ''), text), 200) AS said
FROM flag_open
WHERE __where__
ORDER BY severity DESC, score DESC, flag_id
