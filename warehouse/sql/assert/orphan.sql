-- Every row about a mention has its mention.
SELECT child.table_name, child.mention_id
FROM (
    SELECT 'engagement' AS table_name, mention_id FROM core.engagement
    UNION ALL SELECT 'mention_version', mention_id FROM core.mention_version
    UNION ALL SELECT 'mention_stream', mention_id FROM core.mention_stream
    UNION ALL SELECT 'mention_query', mention_id FROM core.mention_query
    UNION ALL SELECT 'mention_brand', mention_id FROM core.mention_brand
    UNION ALL SELECT 'label', mention_id FROM core.label
    UNION ALL SELECT 'target_label', mention_id FROM core.target_label
    UNION ALL SELECT 'label_failure', mention_id FROM core.label_failure
    UNION ALL SELECT 'correction', mention_id FROM core.correction
    UNION ALL SELECT 'decision', mention_id FROM core.decision
    UNION ALL SELECT 'mention_topic', mention_id FROM core.mention_topic
    UNION ALL SELECT 'discovered_topic_mention', mention_id FROM core.discovered_topic_mention
    UNION ALL SELECT 'entity', mention_id FROM core.entity
    UNION ALL SELECT 'flag', mention_id FROM core.flag
    UNION ALL SELECT 'embedding', mention_id FROM core.embedding
    UNION ALL SELECT 'mention_band', mention_id FROM core.mention_band
    UNION ALL SELECT 'duplicate_cluster', mention_id FROM core.duplicate_cluster
) AS child
SEMI JOIN touched USING (mention_id)
ANTI JOIN core.mention USING (mention_id)
LIMIT 5;
