-- What was tested.
SELECT *
FROM experiment
WHERE __where__
ORDER BY starts_on DESC NULLS LAST, id
LIMIT 100
