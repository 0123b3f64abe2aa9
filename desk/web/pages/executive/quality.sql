-- How right the labels are, all languages and sets together where that is measured.
SELECT *
FROM label_quality
WHERE __where__
ORDER BY task, measure, source, language
LIMIT 50
