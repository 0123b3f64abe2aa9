-- Our posts that moved people most.
SELECT
    post.*,
    left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said
FROM (SELECT * FROM post_value WHERE __where__) AS post
JOIN mention USING (mention_id)
ORDER BY post.engagement DESC NULLS LAST, post.mention_id
LIMIT 15
