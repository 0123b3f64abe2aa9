-- Adds the authors of batches. $files; $old_inner, $old_outer, $new_inner, $new_outer: keys as HMAC
-- takes them; the old ones are NULL for names from before there was a key. As in stage.sql.
INSERT INTO renaming
SELECT DISTINCT
    CASE
        WHEN $old_inner::BLOB IS NULL THEN substr(sha256(told), 1, 32)
        ELSE substr(
            sha256($old_outer::BLOB || unhex(sha256($old_inner::BLOB || encode(told)))), 1, 32
        )
    END,
    substr(sha256($new_outer::BLOB || unhex(sha256($new_inner::BLOB || encode(told)))), 1, 32)
FROM (
    SELECT DISTINCT
        source || chr(31) || coalesce(nullif(author_id, ''), nullif(author, '')) AS told
    FROM read_parquet($files)
)
WHERE told IS NOT NULL;
