-- What was said in each; our own posts keep their links.
SELECT picked.*, left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said
FROM picked
JOIN mention USING (mention_id)
ORDER BY picked.published_at DESC, mention_id, brand_id
