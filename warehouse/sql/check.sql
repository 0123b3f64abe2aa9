-- What the assertions look at, read once: `touched` mentions and their contents as they are now.
-- $since: rows from this number on were written by this transaction.
CREATE OR REPLACE TEMP TABLE mention_check AS
SELECT mention_id, content_hash, version_no, author_key, thread_id, length(text) AS length
FROM core.mention WHERE rowid >= $since
UNION ALL
SELECT mention_id, content_hash, version_no, author_key, thread_id, length(text)
FROM core.mention
WHERE rowid < $since
    AND rowid IN (SELECT m.rowid FROM core.mention AS m SEMI JOIN touched USING (mention_id));

CREATE OR REPLACE TEMP TABLE version_check AS
SELECT mention_id, content_hash, version_no
FROM core.mention_version SEMI JOIN touched USING (mention_id);

-- Rows about mentions that the batch did not touch, which are few. Kept aside, so that DuckDB knows
-- how few: as a part of its query it takes them for many, and reads all mentions into a hash table.
CREATE OR REPLACE TEMP TABLE other_check AS
SELECT DISTINCT table_name, mention_id
FROM (
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
)
ANTI JOIN mention_check USING (mention_id);
