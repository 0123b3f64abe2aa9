-- In which weeks did we not hear everything?
SELECT week, brand_id, mentions, coverage
FROM brand_week
WHERE coverage <> 'complete'
ORDER BY week DESC;
