-- Writes the clusters of `shaken`. $ids, $roots: the members of clusters of two and more.
CREATE OR REPLACE TEMP TABLE cluster_now AS
WITH component AS (
    SELECT unnest($ids::VARCHAR[]) AS mention_id, unnest($roots::VARCHAR[]) AS root
)

SELECT
    m.mention_id,
    first_value(m.mention_id) OVER (
        PARTITION BY coalesce(c.root, m.mention_id) ORDER BY m.published_at, m.mention_id
    ) AS cluster_id
FROM core.mention AS m SEMI JOIN shaken USING (mention_id)
LEFT JOIN component AS c USING (mention_id);

DELETE FROM core.duplicate_cluster
WHERE mention_id IN (SELECT mention_id FROM shaken)
    AND (mention_id, cluster_id) NOT IN (SELECT (mention_id, cluster_id) FROM cluster_now);

INSERT INTO core.duplicate_cluster BY NAME
SELECT * FROM cluster_now ANTI JOIN core.duplicate_cluster USING (mention_id);
