-- Our posts that moved people most.
SELECT
    post.*,
    left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said
FROM (
    SELECT *
    FROM post_value
    WHERE __where__
    ORDER BY engagement DESC NULLS LAST, mention_id
    LIMIT 15
) AS post
JOIN mention USING (mention_id)
ORDER BY post.engagement DESC NULLS LAST, post.mention_id
