-- Writes the clusters of `shaken`. `component` (cluster.py): members of clusters of two and more.
CREATE OR REPLACE TEMP TABLE cluster_now AS
WITH dated AS (
    SELECT mention_id, published_at FROM stands SEMI JOIN shaken USING (mention_id)
    UNION ALL
    SELECT mention_id, published_at FROM core.mention
    WHERE mention_id IN (
        SELECT mention_id FROM shaken ANTI JOIN stands USING (mention_id)
        ANTI JOIN gone USING (mention_id)
    )
)

SELECT
    mention_id,
    first_value(mention_id) OVER (
        PARTITION BY coalesce(c.root, mention_id) ORDER BY published_at, mention_id
    ) AS cluster_id
FROM dated LEFT JOIN component AS c USING (mention_id);

DELETE FROM core.duplicate_cluster
WHERE rowid IN (SELECT row_no FROM known_cluster ANTI JOIN cluster_now USING (mention_id, cluster_id));

INSERT INTO core.duplicate_cluster BY NAME
SELECT * FROM cluster_now ANTI JOIN known_cluster USING (mention_id, cluster_id);
