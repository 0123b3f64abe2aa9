-- Comments of the columns of one table, in the warehouse. $schema, $table.
SELECT column_name, comment FROM duckdb_columns()
WHERE database_name = 'source' AND schema_name = $schema AND table_name = $table
    AND comment IS NOT NULL;
