-- The months behind the numbers, the newest first.
SELECT *
FROM brand_talk
WHERE __where__
ORDER BY month DESC, brand_id
