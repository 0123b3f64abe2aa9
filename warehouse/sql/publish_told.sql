-- Tables of the fresh file that hold mentions with their text.
SELECT table_name
FROM duckdb_columns()
WHERE database_name = 'team' AND column_name IN ('mention_id', 'text')
GROUP BY table_name
HAVING count(*) = 2
ORDER BY table_name;
