-- How right the labels are, by set of texts and language, the newest run first.
SELECT *
FROM label_quality
WHERE __where__
ORDER BY task, measure, run_at DESC, source, language
