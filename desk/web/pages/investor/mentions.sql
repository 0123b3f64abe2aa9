-- The mentions behind the numbers, the newest first.
SELECT *
FROM brand_talk_mention
WHERE __where__
ORDER BY published_at DESC, mention_id, brand_id
