-- A correction is of a content the mention was seen with, and in the log of decisions.
SELECT correction_id, mention_id, content_hash
FROM core.correction SEMI JOIN touched USING (mention_id)
ANTI JOIN core.mention_version USING (mention_id, content_hash)
UNION ALL
SELECT correction_id, mention_id, content_hash
FROM core.correction SEMI JOIN touched USING (mention_id)
ANTI JOIN core.decision ON decision_id = correction_id
LIMIT 5;
