-- The voices of a brand's topics, with all that their relevance is made of.
SELECT *
FROM influencer
WHERE __where__
ORDER BY relevance DESC NULLS LAST, author_key, brand_id
