-- What was decided of a content is of one the mention was seen with; a correction has its label.
SELECT decision_id, mention_id, content_hash
FROM core.decision SEMI JOIN touched USING (mention_id)
ANTI JOIN version_check USING (mention_id, content_hash)
WHERE content_hash IS NOT NULL
UNION ALL
SELECT decision_id, mention_id, content_hash
FROM core.decision SEMI JOIN touched USING (mention_id)
ANTI JOIN core.correction ON correction_id = decision_id
WHERE kind = 'correction'
LIMIT 5;
