-- Tables and views of a team: name, comment, whether old rows of it, being mentions of a moment,
-- lie beside the file; not where the model says `mention_rows: false`. $team.
SELECT
    t.table_name,
    coalesce(any_value(d.comment), any_value(v.comment)) AS comment,
    count_if(c.column_name IN ('mention_id', 'published_at')) = 2
    AND t.table_name NOT IN (
        SELECT table_name FROM source.mart.model WHERE schema_name = $team AND kept_whole
    ) AS is_mention_table
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
