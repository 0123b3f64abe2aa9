-- Tables and views of a team: name, comment; whether old rows of it, being mentions of a moment, lie
-- beside the file (not where the model says `mention_rows: false`); the order of its rows, so that
-- a filter by brand, own posts and time reads few of them; what of each column goes into a row's
-- checksum; and its shape. $team.
-- DuckDB 1.5.5 hashes NULL, [] and [NULL] alike, and [1, 2], [3] as [1], [2, 3] (seen 2026-11-22):
-- what is nested goes into a checksum as its text.
SELECT
    t.table_name,
    coalesce(any_value(d.comment), any_value(v.comment)) AS comment,
    count_if(c.column_name IN ('mention_id', 'published_at')) = 2
    AND t.table_name NOT IN (
        SELECT table_name FROM source.mart.model WHERE schema_name = $team AND kept_whole
    ) AS is_mention_table,
    coalesce(
        string_agg(c.quoted || if(c.place > 1, ' DESC', ''), ', ' ORDER BY c.place)
        FILTER (c.place > 0),
        '1'
    ) AS ordered,
    string_agg(
        if(c.data_type SIMILAR TO '.*(\[|STRUCT|MAP|UNION).*', c.quoted || '::VARCHAR', c.quoted),
        ', ' ORDER BY c.column_index
    ) AS hashed,
    version() || ' ' || string_agg(c.quoted || ' ' || c.data_type, ', ' ORDER BY c.column_index)
        AS shape
FROM information_schema.tables AS t
JOIN (
    SELECT
        *,
        '"' || replace(column_name, '"', '""') || '"' AS quoted,
        list_position(
            ['brand_id', 'is_own', 'week', 'day', 'published_at', 'opened_at'], column_name
        ) AS place
    FROM duckdb_columns()
    WHERE database_name = 'source' AND schema_name = $team
) AS c ON c.table_name = t.table_name
LEFT JOIN duckdb_tables() AS d
    ON d.database_name = 'source' AND d.schema_name = $team AND d.table_name = t.table_name
LEFT JOIN duckdb_views() AS v
    ON v.database_name = 'source' AND v.schema_name = $team AND v.view_name = t.table_name
WHERE t.table_catalog = 'source' AND t.table_schema = $team
GROUP BY t.table_name
ORDER BY t.table_name;
