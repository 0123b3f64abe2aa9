-- Tables and views of a team: name, comment, whether its rows are mentions of a moment. $team.
SELECT
    t.table_name,
    coalesce(any_value(d.comment), any_value(v.comment)) AS comment,
    count_if(c.column_name IN ('mention_id', 'published_at')) = 2 AS is_mention_table
FROM information_schema.tables AS t
JOIN duckdb_columns() AS c
    ON c.database_name = 'source' AND c.schema_name = $team AND c.table_name = t.table_name
LEFT JOIN duckdb_tables() AS d
    ON d.database_name = 'source' AND d.schema_name = $team AND d.table_name = t.table_name
LEFT JOIN duckdb_views() AS v
    ON v.database_name = 'source' AND v.schema_name = $team AND v.view_name = t.table_name
WHERE t.table_catalog = 'source' AND t.table_schema = $team
GROUP BY t.table_name
ORDER BY t.table_name;
