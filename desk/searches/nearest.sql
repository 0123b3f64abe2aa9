-- The mentions nearest to $vector, by cosine; $limit.
WITH near AS (
    SELECT
        mention_id,
        array_cosine_similarity(vector::FLOAT[384], $vector::FLOAT[384]) AS score
    FROM mention_vector
    ORDER BY score DESC, mention_id
    LIMIT $limit
)

SELECT
    round(near.score, 3) AS score,
    near.mention_id,
    COLUMNS(c -> c IN ('published_at', 'channel', 'text', 'url'))
FROM near
JOIN (SELECT DISTINCT ON (mention_id) * FROM __table__) AS told USING (mention_id)
ORDER BY near.score DESC, near.mention_id;
