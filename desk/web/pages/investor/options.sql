-- What the filters offer; own brands first.
SELECT 'brand' AS filter, brand_id AS value
FROM (
    SELECT brand_id, any_value(brand_role) = 'own' AS own, sum(mentions) AS said
    FROM brand_talk
    GROUP BY brand_id
    ORDER BY own DESC, said DESC, brand_id
)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'channel', channel AS value FROM content_piece WHERE channel <> '' ORDER BY value)
