-- Members of every cluster this batch may have changed: what it brought, what shares a band with
-- it, what was in a cluster with any of these, and what it deleted.
CREATE OR REPLACE TEMP TABLE shaken AS
WITH brought AS (
    SELECT mention_id FROM replaced
    UNION SELECT mention_id FROM spoken SEMI JOIN core.mention USING (mention_id, content_hash)
    UNION SELECT mention_id FROM gone
),

near AS (
    SELECT mention_id FROM brought
    UNION
    SELECT mention_id FROM core.mention_band
    WHERE band IN (
        SELECT band FROM core.mention_band WHERE mention_id IN (SELECT mention_id FROM brought)
    )
)

SELECT mention_id FROM near
UNION
SELECT mention_id FROM core.duplicate_cluster
WHERE cluster_id IN (
    SELECT cluster_id FROM core.duplicate_cluster WHERE mention_id IN (SELECT mention_id FROM near)
);
