-- Every mention is in one cluster, and the cluster is named after a member of it.
WITH member AS (
    SELECT mention_id, cluster_id FROM core.duplicate_cluster
    SEMI JOIN (
        SELECT mention_id FROM mention_check
        UNION SELECT mention_id FROM core.duplicate_cluster WHERE rowid >= $since
    ) AS looked_at USING (mention_id)
),

head AS (
    SELECT mention_id, cluster_id FROM core.duplicate_cluster
    WHERE mention_id IN (SELECT cluster_id FROM member)
)

SELECT 'no cluster' AS fault, mention_id, NULL AS cluster_id
FROM mention_check ANTI JOIN member USING (mention_id)
UNION ALL
SELECT 'two clusters', mention_id, max(cluster_id) FROM member GROUP BY mention_id HAVING count(*) > 1
UNION ALL
SELECT 'not named after a member', m.mention_id, m.cluster_id
FROM member AS m LEFT JOIN head ON head.mention_id = m.cluster_id
WHERE head.cluster_id IS DISTINCT FROM m.cluster_id
LIMIT 5;
