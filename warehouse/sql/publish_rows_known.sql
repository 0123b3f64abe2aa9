-- A row if the team before this one has made `told_mention`.
SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name = 'told_mention';
