-- The scorecard
SELECT period, region, goal, business_goal, unit, target, actual, trend
FROM scorecard
ORDER BY period DESC, goal, region
LIMIT 8;

-- Try: our brand against all, week by week
SELECT week, brand_id, mentions, mentions_all_brands, coverage, round(share_of_voice, 2) AS share
FROM brand_week
WHERE brand_role = 'own'
ORDER BY week DESC, brand_id
LIMIT 5;
