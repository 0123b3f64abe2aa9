-- Mentions by day and sentiment; days without any show as 0.
SELECT
    calendar.day::DATE AS day,
    count(*) FILTER (sentiment = 'negative') AS negative,
    count(*) FILTER (sentiment = 'abstained') AS abstained,
    count(*) FILTER (sentiment = 'neutral') AS neutral,
    count(*) FILTER (sentiment = 'positive') AS positive
FROM generate_series($since::TIMESTAMP, $until::TIMESTAMP, INTERVAL 1 DAY) AS calendar(day)
LEFT JOIN (
    SELECT day, sentiment FROM voice WHERE __where__
) AS said ON said.day = calendar.day::DATE
GROUP BY calendar.day
ORDER BY calendar.day
