-- A goal, the newest period first.
SELECT *
FROM scorecard
WHERE __where__
ORDER BY goal_id, region, starts_on DESC NULLS LAST, period DESC
