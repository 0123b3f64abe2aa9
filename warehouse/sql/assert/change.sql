-- What was written of a mention is in the log of changes; of the whole warehouse it is forgotten.
SELECT mention_id
FROM (
    SELECT mention_id FROM core.mention WHERE rowid >= $since
    UNION SELECT mention_id FROM core.mention_version WHERE rowid >= $since
    UNION SELECT mention_id FROM core.engagement WHERE rowid >= $since
    UNION SELECT mention_id FROM core.label WHERE rowid >= $since
    UNION SELECT mention_id FROM core.target_label WHERE rowid >= $since
    UNION SELECT mention_id FROM core.mention_brand WHERE rowid >= $since
    UNION SELECT mention_id FROM core.mention_topic WHERE rowid >= $since
    UNION SELECT mention_id FROM core.flag WHERE rowid >= $since
    UNION SELECT mention_id FROM core.duplicate_cluster WHERE rowid >= $since
    UNION SELECT mention_id FROM core.discovered_topic_mention WHERE rowid >= $since
    UNION SELECT mention_id FROM core.correction WHERE rowid >= $since
    UNION SELECT mention_id FROM core.tombstone WHERE rowid >= $since
)
ANTI JOIN (SELECT mention_id FROM core.change WHERE rowid >= $since) AS told USING (mention_id)
WHERE $since > 0
LIMIT 5;
