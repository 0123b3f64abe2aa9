-- Mentions since a moment of which a count, or all of them together, is so high at some look.
SELECT m.mention_id
FROM mention AS m
WHERE
    m.published_at >= ? AND NOT m.gone
    AND EXISTS (
        SELECT 1
        FROM look AS l
        WHERE
            l.mention_id = m.mention_id
            AND coalesce(l.likes, 0) + coalesce(l.shares, 0) + coalesce(l.comments, 0)
            + coalesce(l.views, 0) >= CAST(? AS INTEGER)
    )
