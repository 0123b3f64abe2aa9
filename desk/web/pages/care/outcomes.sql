-- How people spoke after an answer, and without one.
SELECT
    if(is_answered, 'got an answer', 'got none') AS group_name,
    if(is_answered, 'yes', 'no') AS answered,
    count(*) AS asked,
    count(*) FILTER (change = 'better') AS better,
    count(*) FILTER (change = 'same') AS same,
    count(*) FILTER (change = 'worse') AS worse,
    count(*) FILTER (change IS NULL) AS not_known
FROM response_outcome
WHERE __where__
GROUP BY is_answered
ORDER BY is_answered DESC
