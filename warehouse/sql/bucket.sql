-- One final bucket for every item: `kept` becomes inserted, updated or unchanged. $landed.
CREATE OR REPLACE TEMP TABLE outcome AS
WITH kept AS (
    SELECT
        c.item_no,
        CASE
            WHEN k.mention_id IS NULL AND c.item_no = min(c.item_no) OVER (PARTITION BY c.mention_id)
                THEN 'inserted'
            -- A content not seen before, or one that came back.
            WHEN c.item_no = min(c.item_no) OVER (PARTITION BY c.mention_id, c.content_hash)
                AND (n.mention_id IS NOT NULL OR r.mention_id IS NOT NULL)
                THEN 'updated'
            WHEN k.mention_id IS NULL THEN 'updated'
            ELSE 'unchanged'
        END AS bucket
    FROM content AS c
    LEFT JOIN known AS k ON k.mention_id = c.mention_id
    LEFT JOIN new_version AS n
        ON n.mention_id = c.mention_id AND n.content_hash = c.content_hash
    LEFT JOIN replaced AS r
        ON r.mention_id = c.mention_id AND r.content_hash = c.content_hash
    WHERE c.bucket = 'kept'
),

counted AS (
    SELECT
        s.item_no,
        CASE
            WHEN s.place <> 'known' THEN s.place
            WHEN s.item_no > min(s.item_no) OVER (PARTITION BY s.mention_id, s.observed_at)
                THEN 'updated'
            WHEN k.mention_id IS NULL THEN 'inserted'
            WHEN s.likes > coalesce(k.likes, -1) OR s.shares > coalesce(k.shares, -1)
                OR s.comments > coalesce(k.comments, -1) OR s.views > coalesce(k.views, -1)
                OR s.followers > coalesce(k.followers, -1) THEN 'updated'
            ELSE 'unchanged'
        END AS bucket
    FROM snapshot AS s
    LEFT JOIN known_look AS k USING (mention_id, observed_at)
    WHERE s.bucket = 'kept'
)

SELECT
    s.item_no,
    CASE
        WHEN s.bucket <> 'kept' THEN s.bucket
        ELSE coalesce(k.bucket, c.bucket, 'unchanged')
    END AS bucket
FROM stage AS s
LEFT JOIN kept AS k USING (item_no)
LEFT JOIN counted AS c USING (item_no)
UNION ALL
SELECT item_no, 'deleted' FROM read_parquet($landed) WHERE reason = 'erased';
