-- Spans lie within the words of the content that stands: 0 <= start < end <= length.
SELECT table_name, mention_id, start, "end", length
FROM (
    SELECT 'entity' AS table_name, mention_id, start, "end" FROM core.entity WHERE rowid >= $since
    UNION ALL
    SELECT 'mention_brand', mention_id, start, "end" FROM core.mention_brand WHERE rowid >= $since
    UNION ALL
    SELECT 'flag', mention_id, start, "end" FROM core.flag WHERE rowid >= $since
) AS found
JOIN mention_check USING (mention_id)
WHERE (start IS NULL) <> ("end" IS NULL) OR start < 0 OR start >= "end" OR "end" > length
LIMIT 5;
