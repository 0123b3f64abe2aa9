-- Stories, those most taken over first.
SELECT *, published_at::DATE - 1 AS first_day, last_at::DATE + 1 AS last_day
FROM media_pickup
WHERE __where__
ORDER BY articles DESC, published_at DESC, mention_id
LIMIT 25
