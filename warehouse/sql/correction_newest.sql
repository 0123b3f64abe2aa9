-- Everything people corrected: their newest word on each label of each content.
CREATE OR REPLACE TEMP TABLE asked AS
SELECT
    mention_id, content_hash, tagger, coalesce(target, '') AS target, label AS decided
FROM core.correction
QUALIFY row_number() OVER (
    PARTITION BY mention_id, content_hash, tagger, target ORDER BY decided_at DESC, correction_id
) = 1;
