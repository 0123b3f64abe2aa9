-- How right are the labels?
SELECT task, part, language, measure, n, value, ci_low, ci_high
FROM label_quality
ORDER BY task, part, language, measure;
