-- What waits for a reviewer.
SELECT
    count(*) AS flags,
    count(*) FILTER (state = 'new') AS unseen,
    count(*) FILTER (state = 'in_case') AS in_case,
    count(*) FILTER (severity = 3) AS people,
    max(age_days) AS oldest_days
FROM flag_open
WHERE __where__
