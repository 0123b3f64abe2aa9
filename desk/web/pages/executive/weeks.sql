-- The weeks behind the numbers, the newest first.
SELECT *
FROM brand_week
WHERE __where__
ORDER BY week DESC, brand_id
