-- What was said to the brand, the newest first.
SELECT *
FROM response
WHERE __where__
ORDER BY inbound_at DESC, mention_id, brand_id
