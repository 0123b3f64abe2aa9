-- Threads whose mentions this batch changed, told anew from all of their mentions.
CREATE OR REPLACE TEMP TABLE touched_thread AS
SELECT thread_id FROM mention_now WHERE is_changed AND thread_id IS NOT NULL
UNION SELECT thread_id FROM known
WHERE thread_id IS NOT NULL
    AND mention_id IN (SELECT mention_id FROM mention_now WHERE is_changed UNION SELECT mention_id FROM gone)
-- Or this batch holds, or took away, the mention a thread began with.
UNION SELECT thread_id FROM core.thread WHERE thread_id IN (SELECT mention_id FROM said);

CREATE OR REPLACE TEMP TABLE thread_now AS
SELECT
    thread_id,
    min(source) AS source,
    bool_or(mention_id = thread_id) AS root_known,
    min(published_at) AS first_at,
    max(published_at) AS last_at,
    count(*) AS mentions,
    count(DISTINCT author_key) AS authors
FROM (
    SELECT thread_id, mention_id, source, published_at, author_key, true AS is_told
    FROM core.mention SEMI JOIN touched_thread USING (thread_id)
    UNION ALL
    -- The mention it began with need not say so itself.
    SELECT mention_id, mention_id, source, published_at, author_key, false
    FROM core.mention
    WHERE mention_id IN (SELECT thread_id FROM touched_thread)
        AND thread_id IS DISTINCT FROM mention_id
)
GROUP BY thread_id
HAVING bool_or(is_told);

DELETE FROM core.thread WHERE thread_id IN (SELECT thread_id FROM touched_thread);

INSERT INTO core.thread BY NAME SELECT * FROM thread_now;
