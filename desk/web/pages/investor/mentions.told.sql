-- What was said in each.
SELECT picked.*, left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said, mention.url
FROM picked
JOIN mention USING (mention_id)
ORDER BY picked.published_at DESC, mention_id, brand_id
