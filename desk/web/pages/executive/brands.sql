-- Each brand, week by week.
SELECT *
FROM brand_week
WHERE __where__
ORDER BY week, brand_role DESC, brand_id
