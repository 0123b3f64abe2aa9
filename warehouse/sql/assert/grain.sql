-- The rows that were written differ in what their grain says; no index keeps them so. That none
-- repeats a row of an earlier batch is looked up for the whole warehouse only: the merge puts in
-- no row without a look at those that were there. Of the longest, rows are grouped by a hash first,
-- which takes half as long; only what shares one is compared.
SELECT table_name, id
FROM (
    SELECT 'author' AS table_name, author_key AS id FROM core.author
    WHERE rowid >= $since GROUP BY author_key HAVING count(*) > 1
    UNION ALL
    SELECT 'author_follower', author_key FROM core.author_follower
    WHERE rowid >= $since GROUP BY author_key, observed_at HAVING count(*) > 1
    UNION ALL
    SELECT 'change', mention_id FROM core.change
    WHERE rowid >= $since GROUP BY change_no, mention_id HAVING count(*) > 1
    UNION ALL
    SELECT 'discovered_topic_mention', mention_id FROM core.discovered_topic_mention
    WHERE rowid >= $since GROUP BY mention_id HAVING count(*) > 1
    UNION ALL
    SELECT 'duplicate_cluster', mention_id FROM core.duplicate_cluster
    WHERE rowid >= $since GROUP BY mention_id HAVING count(*) > 1
    UNION ALL
    SELECT 'embedding', mention_id FROM core.embedding
    WHERE rowid >= $since GROUP BY mention_id HAVING count(*) > 1
    UNION ALL
    SELECT 'engagement', mention_id FROM core.engagement
    WHERE rowid >= $since GROUP BY mention_id, observed_at HAVING count(*) > 1
    UNION ALL
    SELECT 'entity', mention_id FROM core.entity
    WHERE rowid >= $since GROUP BY mention_id, "start", "end", "type" HAVING count(*) > 1
    UNION ALL
    SELECT 'flag', flag_id FROM core.flag
    WHERE rowid >= $since GROUP BY flag_id HAVING count(*) > 1
    UNION ALL
    SELECT 'label', mention_id FROM core.label
    WHERE rowid >= $since AND hash(mention_id, content_hash, tagger, version) IN (
        SELECT hash(mention_id, content_hash, tagger, version) AS one FROM core.label
        WHERE rowid >= $since GROUP BY one HAVING count(*) > 1
    )
    GROUP BY mention_id, content_hash, tagger, version HAVING count(*) > 1
    UNION ALL
    SELECT 'label_failure', mention_id FROM core.label_failure
    WHERE rowid >= $since GROUP BY mention_id, content_hash, tagger, version HAVING count(*) > 1
    UNION ALL
    SELECT 'mention', mention_id FROM core.mention
    WHERE rowid >= $since GROUP BY mention_id HAVING count(*) > 1
    UNION ALL
    SELECT 'mention_band', mention_id FROM core.mention_band
    WHERE rowid >= $since AND hash(mention_id, band) IN (
        SELECT hash(mention_id, band) AS one FROM core.mention_band
        WHERE rowid >= $since GROUP BY one HAVING count(*) > 1
    )
    GROUP BY mention_id, band HAVING count(*) > 1
    UNION ALL
    SELECT 'mention_brand', mention_id FROM core.mention_brand
    WHERE rowid >= $since GROUP BY mention_id, brand_id, product_id HAVING count(*) > 1
    UNION ALL
    SELECT 'mention_query', mention_id FROM core.mention_query
    WHERE rowid >= $since GROUP BY mention_id, query_id HAVING count(*) > 1
    UNION ALL
    SELECT 'mention_stream', mention_id FROM core.mention_stream
    WHERE rowid >= $since GROUP BY mention_id, stream HAVING count(*) > 1
    UNION ALL
    SELECT 'mention_topic', mention_id FROM core.mention_topic
    WHERE rowid >= $since GROUP BY mention_id, topic_id HAVING count(*) > 1
    UNION ALL
    SELECT 'mention_version', mention_id FROM core.mention_version
    WHERE rowid >= $since GROUP BY mention_id, content_hash HAVING count(*) > 1
    UNION ALL
    SELECT 'off_topic', mention_id FROM core.off_topic
    WHERE rowid >= $since GROUP BY mention_id HAVING count(*) > 1
    UNION ALL
    SELECT 'thread', thread_id FROM core.thread
    WHERE rowid >= $since GROUP BY thread_id HAVING count(*) > 1
    UNION ALL
    SELECT 'target_label', mention_id FROM core.target_label
    WHERE rowid >= $since GROUP BY mention_id, content_hash, brand_id, product_id, version HAVING count(*) > 1
)
LIMIT 5;
