-- How each person spoke before and after, the newest first.
SELECT
    outcome.*,
    left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said,
    mention.author_handle
FROM (SELECT * FROM response_outcome WHERE __where__) AS outcome
JOIN mention USING (mention_id)
ORDER BY outcome.published_at DESC, outcome.mention_id, outcome.brand_id
