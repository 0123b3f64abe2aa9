-- Every row about a mention that was written has its mention. (Rows of a deleted mention go by
-- its id; that none is left is looked up for the whole warehouse only.)
WITH child AS (
    SELECT 'engagement' AS table_name, mention_id FROM core.engagement WHERE rowid >= $since
    UNION ALL SELECT 'mention_version', mention_id FROM core.mention_version WHERE rowid >= $since
    UNION ALL SELECT 'mention_stream', mention_id FROM core.mention_stream WHERE rowid >= $since
    UNION ALL SELECT 'mention_query', mention_id FROM core.mention_query WHERE rowid >= $since
    UNION ALL SELECT 'mention_brand', mention_id FROM core.mention_brand WHERE rowid >= $since
    UNION ALL SELECT 'label', mention_id FROM core.label WHERE rowid >= $since
    UNION ALL SELECT 'target_label', mention_id FROM core.target_label WHERE rowid >= $since
    UNION ALL SELECT 'label_failure', mention_id FROM core.label_failure WHERE rowid >= $since
    UNION ALL SELECT 'correction', mention_id FROM core.correction WHERE rowid >= $since
    UNION ALL SELECT 'mention_topic', mention_id FROM core.mention_topic WHERE rowid >= $since
    UNION ALL SELECT 'discovered_topic_mention', mention_id FROM core.discovered_topic_mention WHERE rowid >= $since
    UNION ALL SELECT 'entity', mention_id FROM core.entity WHERE rowid >= $since
    UNION ALL SELECT 'flag', mention_id FROM core.flag WHERE rowid >= $since
    UNION ALL SELECT 'embedding', mention_id FROM core.embedding WHERE rowid >= $since
    UNION ALL SELECT 'mention_band', mention_id FROM core.mention_band WHERE rowid >= $since
    UNION ALL SELECT 'duplicate_cluster', mention_id FROM core.duplicate_cluster WHERE rowid >= $since
    -- Of a decision its mention may have gone since.
    UNION ALL SELECT 'decision', mention_id FROM core.decision
    WHERE mention_id IS NOT NULL
        AND (rowid >= $since OR mention_id IN (SELECT mention_id FROM touched))
),

-- Of mentions the batch did not touch, which are few.
other AS MATERIALIZED (
    SELECT DISTINCT mention_id FROM child ANTI JOIN mention_check USING (mention_id)
),

missing AS (
    SELECT mention_id FROM other
    ANTI JOIN (
        SELECT mention_id FROM core.mention WHERE mention_id IN (SELECT mention_id FROM other)
    ) AS found USING (mention_id)
)

SELECT table_name, mention_id FROM child SEMI JOIN missing USING (mention_id)
LIMIT 5;
