-- A label is of a content the mention was seen with.
SELECT mention_id, content_hash, tagger
FROM (
    SELECT mention_id, content_hash, tagger FROM core.label WHERE rowid >= $since
    UNION ALL
    SELECT mention_id, content_hash, 'target' FROM core.target_label WHERE rowid >= $since
    UNION ALL
    SELECT mention_id, content_hash, tagger FROM core.label_failure WHERE rowid >= $since
) AS said
ANTI JOIN version_check USING (mention_id, content_hash)
LIMIT 5;
