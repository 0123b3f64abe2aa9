-- Our posts, the newest first.
SELECT
    post.*,
    left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said,
    mention.url
FROM (SELECT * FROM post_value WHERE __where__) AS post
JOIN mention USING (mention_id)
ORDER BY post.published_at DESC, post.mention_id, post.brand_id
