-- What recent mentions are about by the encoder that spoke last, a byte for each number: a quarter
-- of the room, and the same neighbours. Every team takes its own from here. $horizon.
CREATE OR REPLACE TEMP TABLE vector AS
SELECT
    mention_id,
    version,
    list_transform(vector::FLOAT[], lambda part: round(part * scale))::TINYINT[__width__] AS vector
FROM (
    SELECT
        embedding.*,
        127 / greatest(list_max(vector::FLOAT[]), -list_min(vector::FLOAT[]), 1e-12) AS scale
    FROM source.core.embedding AS embedding
    SEMI JOIN (
        SELECT mention_id FROM source.core.mention WHERE published_at >= $horizon
    ) AS recent USING (mention_id)
    WHERE version = (
        SELECT version FROM source.core.tagger_version WHERE tagger = 'encoder'
        ORDER BY greatest(retagged_at, tagged_at) DESC, version DESC
        LIMIT 1
    )
);
