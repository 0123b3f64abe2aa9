-- Stories, those most taken over first.
SELECT *
FROM media_pickup
WHERE __where__
ORDER BY articles DESC, published_at DESC, mention_id
LIMIT 25
