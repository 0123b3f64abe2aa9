-- What became of advice.
SELECT *
FROM recommendation
WHERE __where__
ORDER BY proposed_on DESC NULLS LAST, recommendation_id
