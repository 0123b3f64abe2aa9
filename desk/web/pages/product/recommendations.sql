-- Advice, what waits first; its mentions are of all time.
SELECT
    *,
    (SELECT min(day) FROM feedback_mention) AS first_day,
    (SELECT max(day) FROM feedback_mention) AS last_day
FROM recommendation
WHERE __where__ AND duplicate_of IS NULL
ORDER BY
    list_position(['proposed', 'accepted', 'implemented', 'rejected'], status),
    mentions DESC NULLS LAST,
    recommendation_id
LIMIT 200
