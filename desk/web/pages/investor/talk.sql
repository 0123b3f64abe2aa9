-- Each brand, month by month.
SELECT *
FROM brand_talk
ORDER BY month, brand_role DESC, brand_id
