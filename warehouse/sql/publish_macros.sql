-- Lists the file's macros in its `readme`.
INSERT INTO readme
SELECT 'macro', function_name || '(' || array_to_string(parameters, ', ') || ')', comment
FROM duckdb_functions()
WHERE database_name = current_database() AND function_type = 'table_macro' AND NOT internal
ORDER BY function_name;
