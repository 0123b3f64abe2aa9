-- Pairs of shaken mentions that belong together. Members of a cluster that lost no band still do;
-- of one that did, bands tell it anew: each member with the smallest of its band. What was put in
-- anew itself has new bands only, and with these it is in `met`.
WITH broken AS (
    SELECT DISTINCT cluster_id FROM known_cluster SEMI JOIN outdated USING (mention_id)
),

told AS (
    SELECT mention_id, band FROM met
    UNION ALL
    SELECT mention_id, band FROM core.mention_band
    WHERE mention_id IN (
        SELECT mention_id FROM known_cluster SEMI JOIN broken USING (cluster_id)
        ANTI JOIN outdated USING (mention_id)
    )
),

shared AS (
    SELECT band, min(mention_id) AS first_id FROM told GROUP BY band HAVING count(*) > 1
)

SELECT mention_id, cluster_id AS first_id
FROM known_cluster ANTI JOIN broken USING (cluster_id)
WHERE mention_id <> cluster_id
UNION
SELECT mention_id, first_id FROM told JOIN shared USING (band) WHERE mention_id <> first_id;
