-- Our posts, the newest first.
SELECT *
FROM post_value
WHERE __where__
ORDER BY published_at DESC, mention_id, brand_id
