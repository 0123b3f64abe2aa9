CREATE MACRO goals_missed(business_goal_of) AS TABLE
SELECT goal, region, period, target, actual, trend, is_better, attained
FROM scorecard
WHERE business_goal = business_goal_of AND NOT is_on_track
ORDER BY starts_on DESC, goal, region;

COMMENT ON MACRO TABLE goals_missed IS 'Goals that serve a business goal and are not on track.';
