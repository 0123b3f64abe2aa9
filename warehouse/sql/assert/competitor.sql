-- Sets are of brands we know: an own one, and those that compete with it.
SELECT pair.brand_id, pair.competitor_id
FROM core.competitor AS pair
LEFT JOIN core.brand AS own ON own.brand_id = pair.brand_id
LEFT JOIN core.brand AS rival ON rival.brand_id = pair.competitor_id
WHERE own.role IS DISTINCT FROM 'own' OR rival.role IS DISTINCT FROM 'competitor'
LIMIT 5;
