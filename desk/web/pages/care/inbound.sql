-- What was said to the brand, the newest first.
SELECT
    response.*,
    left(coalesce(nullif(mention.title, ''), mention.text), 200) AS said,
    mention.author_handle,
    mention.url
FROM (SELECT * FROM response WHERE __where__) AS response
JOIN mention USING (mention_id)
ORDER BY response.inbound_at DESC, response.mention_id, response.brand_id
