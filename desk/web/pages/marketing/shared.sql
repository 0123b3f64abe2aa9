-- What the people who mention the brand also talk about, and of how many that is.
SELECT *
FROM audience
WHERE __where__
ORDER BY authors DESC, kind, thing, brand_id
