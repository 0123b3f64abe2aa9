-- How each person spoke before and after, the newest first.
SELECT *
FROM response_outcome
WHERE __where__
ORDER BY published_at DESC, mention_id, brand_id
