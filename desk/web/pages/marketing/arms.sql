-- What each arm of an experiment brought.
SELECT *
FROM experiment
WHERE __where__
ORDER BY starts_on DESC NULLS LAST, id
