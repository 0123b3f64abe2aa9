-- The most relevant voices of a brand's topics.
SELECT *
FROM influencer
WHERE __where__
ORDER BY relevance DESC NULLS LAST, author_key
LIMIT 15
