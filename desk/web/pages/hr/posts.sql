-- What our handles said, the newest first.
SELECT *
FROM participation_post
WHERE __where__
ORDER BY published_at DESC, mention_id, brand_id
