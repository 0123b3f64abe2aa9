-- What was learnt, and where it is done so.
SELECT *
FROM best_practice
WHERE __where__
ORDER BY last_decided_at DESC NULLS LAST, experiment_id
LIMIT 100
