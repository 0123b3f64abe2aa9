-- Pairs of shaken mentions that share a band: each member with the smallest of its band.
SELECT DISTINCT mention_id, first_id
FROM (
    SELECT mention_id, min(mention_id) OVER (PARTITION BY band) AS first_id
    FROM core.mention_band SEMI JOIN shaken USING (mention_id)
)
WHERE mention_id <> first_id;
