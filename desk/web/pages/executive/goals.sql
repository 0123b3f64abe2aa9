-- The newest period of each goal, those that are missed first.
SELECT *
FROM scorecard
WHERE __where__
QUALIFY row_number() OVER (PARTITION BY goal_id, region ORDER BY starts_on DESC NULLS LAST, period DESC) = 1
ORDER BY is_on_track NULLS LAST, goal, region
LIMIT 100
