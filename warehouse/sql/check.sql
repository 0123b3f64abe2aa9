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
