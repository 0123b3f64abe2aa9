-- What is told once the years are in: threads, what every batch served, and its receipt.
INSERT INTO core.thread BY NAME
SELECT
    thread_id, min(source) AS source, bool_or(mention_id = thread_id) AS root_known,
    min(published_at) AS first_at, max(published_at) AS last_at, count(*) AS mentions,
    count(DISTINCT author_key) AS authors
FROM (
    SELECT thread_id, mention_id, source, published_at, author_key
    FROM core.mention WHERE thread_id IS NOT NULL
    UNION ALL
    SELECT mention_id, mention_id, source, published_at, author_key
    FROM core.mention
    WHERE mention_id IN (SELECT thread_id FROM core.mention)
        AND thread_id IS DISTINCT FROM mention_id
)
GROUP BY thread_id;

CREATE OR REPLACE TEMP TABLE served AS
SELECT
    batch_id,
    sum(inserted)::BIGINT AS inserted, sum(updated)::BIGINT AS updated,
    sum(deleted)::BIGINT AS deleted, sum(off_topic)::BIGINT AS off_topic,
    sum(quarantined)::BIGINT AS quarantined
FROM (
    SELECT
        batch_id, count(*) FILTER (version_no = 1) AS inserted,
        count(*) FILTER (version_no > 1) AS updated, 0 AS deleted, 0 AS off_topic, 0 AS quarantined
    FROM core.mention_version GROUP BY batch_id
    UNION ALL
    SELECT batch_id, count(*), 0, 0, 0, 0 FROM core.engagement
    WHERE batch_id LIKE 'engagement/%' GROUP BY batch_id
    UNION ALL SELECT batch_id, count(*), 0, 0, 0, 0 FROM core.decision GROUP BY batch_id
    UNION ALL SELECT batch_id, 0, 0, count(*), 0, 0 FROM core.tombstone GROUP BY batch_id
    UNION ALL SELECT batch_id, 0, 0, 0, count(*), 0 FROM core.off_topic GROUP BY batch_id
    UNION ALL SELECT batch_id, 0, 0, 0, 0, count(*) FROM core.quarantine GROUP BY batch_id
)
GROUP BY batch_id;

UPDATE core.batch SET served = s.inserted + s.updated + s.deleted + s.off_topic + s.quarantined
FROM served AS s WHERE batch.batch_id = s.batch_id;

INSERT INTO core.receipt BY NAME
SELECT
    b.batch_id,
    coalesce(inserted + updated + deleted + off_topic + quarantined, 0) AS served,
    coalesce(inserted, 0) AS inserted, coalesce(updated, 0) AS updated, 0 AS unchanged,
    0 AS duplicate, coalesce(deleted, 0) AS deleted, coalesce(off_topic, 0) AS off_topic,
    coalesce(quarantined, 0) AS quarantined, b.sealed_at AS loaded_at
FROM core.batch AS b LEFT JOIN served USING (batch_id)
ANTI JOIN core.receipt USING (batch_id)
ORDER BY b.sealed_at, b.batch_id;
