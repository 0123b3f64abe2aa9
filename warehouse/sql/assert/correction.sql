-- A correction is of a content the mention was seen with.
SELECT correction_id, mention_id, content_hash
FROM core.correction SEMI JOIN touched USING (mention_id)
ANTI JOIN core.mention_version USING (mention_id, content_hash)
LIMIT 5;
