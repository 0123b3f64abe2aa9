-- Tables that hold mentions with their text; the most rows first. None without vectors.
SELECT t.table_name
FROM duckdb_tables() AS t
JOIN duckdb_columns() AS c USING (table_name)
WHERE c.column_name IN ('mention_id', 'text')
    AND EXISTS (FROM duckdb_tables() WHERE table_name = 'mention_vector')
GROUP BY t.table_name, t.estimated_size
HAVING count(*) = 2
ORDER BY t.estimated_size DESC, t.table_name;
