-- What needed a reply, by day; days without any show as 0.
SELECT
    calendar.day::DATE AS day,
    count(said.day) AS inbound,
    count(*) FILTER (is_late) AS late,
    count(*) FILTER (NOT is_late AND state = 'open') AS open,
    count(*) FILTER (NOT is_late AND state = 'answered') AS in_time
FROM generate_series($since::TIMESTAMP, $until::TIMESTAMP, INTERVAL 1 DAY) AS calendar(day)
LEFT JOIN (
    SELECT day, state, coalesce(breached, false) AS is_late
    FROM response
    WHERE __where__ AND needs_reply AND is_answer_visible
) AS said ON said.day = calendar.day::DATE
GROUP BY calendar.day
ORDER BY calendar.day
