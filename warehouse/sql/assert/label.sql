-- A label is of a content the mention was seen with.
SELECT mention_id, content_hash, tagger
FROM (
    SELECT mention_id, content_hash, tagger FROM core.label
    UNION ALL SELECT mention_id, content_hash, 'target' FROM core.target_label
) AS said
SEMI JOIN touched USING (mention_id)
ANTI JOIN core.mention_version USING (mention_id, content_hash)
LIMIT 5;
