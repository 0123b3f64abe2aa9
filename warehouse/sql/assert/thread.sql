-- Every mention's thread is known, and a thread has the mentions it counts.
WITH member AS (
    SELECT thread_id, mention_id FROM core.mention
    WHERE thread_id IN (SELECT thread_id FROM core.thread WHERE rowid >= $since)
    UNION
    SELECT mention_id, mention_id FROM core.mention
    WHERE mention_id IN (SELECT thread_id FROM core.thread WHERE rowid >= $since)
)

SELECT 'mention without thread' AS fault, mention_id AS id
FROM mention_check ANTI JOIN core.thread USING (thread_id)
WHERE thread_id IS NOT NULL
UNION ALL
SELECT 'thread miscounted', thread_id
FROM core.thread LEFT JOIN (
    SELECT thread_id, count(*) AS found, bool_or(mention_id = thread_id) AS has_root
    FROM member GROUP BY thread_id
) AS counted USING (thread_id)
WHERE thread.rowid >= $since
    AND (found IS DISTINCT FROM mentions OR has_root IS DISTINCT FROM root_known)
LIMIT 5;
