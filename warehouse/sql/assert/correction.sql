-- A correction is of a content the mention was seen with, in the log of decisions, and of a target
-- where its label needs one.
SELECT correction_id, mention_id, content_hash
FROM core.correction SEMI JOIN touched USING (mention_id)
ANTI JOIN version_check USING (mention_id, content_hash)
UNION ALL
SELECT correction_id, mention_id, content_hash
FROM core.correction SEMI JOIN touched USING (mention_id)
ANTI JOIN core.decision ON decision_id = correction_id
UNION ALL
SELECT correction_id, mention_id, content_hash
FROM core.correction SEMI JOIN touched USING (mention_id)
WHERE (tagger IN ('intent', 'topic', 'flag')) AND target IS NULL
LIMIT 5;
