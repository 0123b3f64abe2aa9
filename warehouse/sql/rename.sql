-- What streams are called from now on. $old, $new: their names.
CREATE TEMP TABLE renamed AS
SELECT unnest($old::VARCHAR[]) AS old, unnest($new::VARCHAR[]) AS new;

CREATE TEMP MACRO stream_now(called) AS
coalesce((SELECT new FROM renamed WHERE old = called), called);

CREATE TEMP MACRO batch_now(called) AS CASE
    WHEN called IS NOT NULL THEN array_to_string(list_concat(
        [split_part(called, '/', 1), stream_now(split_part(called, '/', 2))],
        string_split(called, '/')[3:]
    ), '/')
END;
