-- Every row that was written names a batch we know, and every batch has its receipt.
SELECT 'unknown batch' AS fault, batch_id
FROM (
    SELECT batch_id FROM core.mention WHERE rowid >= $since
    UNION ALL SELECT batch_id FROM core.mention_version WHERE rowid >= $since
    UNION ALL SELECT batch_id FROM core.engagement WHERE rowid >= $since
    UNION ALL SELECT batch_id FROM core.off_topic WHERE rowid >= $since
    UNION ALL SELECT batch_id FROM core.tombstone
    UNION ALL SELECT batch_id FROM core.correction
    UNION ALL SELECT batch_id FROM core.decision
)
ANTI JOIN core.batch USING (batch_id)
UNION ALL
SELECT 'batch without receipt', batch_id FROM core.batch ANTI JOIN core.receipt USING (batch_id)
UNION ALL
SELECT 'receipt of another size', batch_id
FROM core.batch JOIN core.receipt USING (batch_id) WHERE batch.served <> receipt.served
LIMIT 5;
