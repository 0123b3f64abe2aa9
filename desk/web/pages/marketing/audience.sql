-- What the people who mention the brand also talk about.
SELECT *
FROM audience
WHERE __where__ AND thing <> brand_id
ORDER BY authors DESC, kind, thing
LIMIT 25
