-- Texts that several sellers use.
SELECT * REPLACE (left(first_text, 160) AS first_text)
FROM suspect_text
WHERE __where__
ORDER BY sellers DESC, open_flags DESC, cluster_id
LIMIT 25
