-- Members of every cluster this batch may have changed: what it brought, what shares a new band
-- with it, what was in a cluster with any of these, and what it deleted.
CREATE OR REPLACE TEMP TABLE brought AS
SELECT mention_id FROM replaced
UNION SELECT mention_id FROM spoken SEMI JOIN stands USING (mention_id, content_hash)
UNION SELECT mention_id FROM gone;

-- Every mention that has one of the new bands which two and more have. $since: rows from this
-- number on are those of `band_new`.
CREATE OR REPLACE TEMP TABLE met_before AS
SELECT mention_id, band FROM core.mention_band
WHERE rowid < $since AND band IN (SELECT band FROM band_new);

CREATE OR REPLACE TEMP TABLE met AS
SELECT * FROM met_before
UNION ALL
SELECT * FROM band_new WHERE band IN (
    SELECT band FROM met_before
    UNION ALL
    SELECT band FROM band_new GROUP BY band HAVING count(*) > 1
);

CREATE OR REPLACE TEMP TABLE near AS
SELECT mention_id FROM brought UNION SELECT mention_id FROM met;

-- Clusters of these as they were. Mentions that are new were in none.
CREATE OR REPLACE TEMP TABLE known_cluster AS
WITH named AS (
    SELECT DISTINCT cluster_id FROM core.duplicate_cluster
    WHERE mention_id IN (
        SELECT mention_id FROM near
        WHERE mention_id NOT IN (SELECT mention_id FROM replaced WHERE is_new)
    )
)

SELECT c.rowid AS row_no, c.* FROM core.duplicate_cluster AS c SEMI JOIN named USING (cluster_id);

CREATE OR REPLACE TEMP TABLE shaken AS
SELECT mention_id FROM near UNION SELECT mention_id FROM known_cluster;
