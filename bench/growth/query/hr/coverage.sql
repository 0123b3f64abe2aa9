-- What could we not hear in full this month?
SELECT stream, state, count(*) AS intervals, max(until) AS last_until, any_value(reason) AS reason
FROM coverage
WHERE state <> 'complete' AND until >= TIMESTAMPTZ '2026-10-01'
GROUP BY stream, state
ORDER BY last_until DESC;
