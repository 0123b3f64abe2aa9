-- Every mention is in a cluster, and the cluster is named after a member of it.
SELECT m.mention_id, c.cluster_id, head.cluster_id AS head_of
FROM core.mention AS m SEMI JOIN touched USING (mention_id)
LEFT JOIN core.duplicate_cluster AS c USING (mention_id)
LEFT JOIN core.duplicate_cluster AS head ON head.mention_id = c.cluster_id
WHERE head.cluster_id IS DISTINCT FROM c.cluster_id OR c.cluster_id IS NULL
LIMIT 5;
