-- Do we answer in time, month by month?
SELECT
    date_trunc('month', week) AS month,
    sum(inbound) AS inbound,
    sum(answered_in_time) / nullif(sum(inbound), 0) AS response_rate
FROM brand_week
WHERE brand_id = 'larkspur'
GROUP BY month
ORDER BY month;
