-- What could we not hear in full this quarter?
SELECT stream, state, count(*) AS intervals, max(until) AS last_until
FROM coverage
WHERE state <> 'complete' AND until >= TIMESTAMPTZ '2026-08-01'
GROUP BY stream, state
ORDER BY last_until DESC;
