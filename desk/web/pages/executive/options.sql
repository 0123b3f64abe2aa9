-- What the filters offer; own brands first.
SELECT 'brand' AS filter, brand_id AS value
FROM (
    SELECT brand_id, any_value(brand_role) = 'own' AS own, sum(mentions) AS said
    FROM brand_week
    GROUP BY brand_id
    ORDER BY own DESC, said DESC, brand_id
)
UNION ALL
SELECT * FROM (SELECT DISTINCT 'region', region AS value FROM scorecard WHERE region <> '' ORDER BY value)
