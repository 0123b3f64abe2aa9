-- What do these numbers mean?
SELECT metric_id, name, formula, denominator, null_reason
FROM metric
ORDER BY metric_id;
