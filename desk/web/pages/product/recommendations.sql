-- Advice, what waits first.
SELECT *
FROM recommendation
WHERE __where__ AND duplicate_of IS NULL
ORDER BY list_position(['proposed', 'accepted', 'implemented', 'rejected'], status), mentions DESC NULLS LAST, recommendation_id
LIMIT 200
