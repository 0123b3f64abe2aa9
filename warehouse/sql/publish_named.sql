-- Tables of the fresh file that name mentions.
SELECT table_name
FROM duckdb_columns()
WHERE database_name = 'team' AND column_name = 'mention_id' AND table_name <> 'mention_vector'
ORDER BY table_name;
