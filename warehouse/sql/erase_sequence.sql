-- The greatest number of a change that was ever given, in the attached file `old`.
SELECT greatest(
    (SELECT coalesce(max(change_no), 0) FROM old.core.change),
    (
        SELECT coalesce(max(last_value), 0) FROM duckdb_sequences()
        WHERE database_name = 'old' AND sequence_name = 'change_no'
    )
);
