-- One label of one mention, to be looked up. $mention_id, $tagger, $target; $content: empty for the
-- content that stands.
CREATE OR REPLACE TEMP TABLE asked AS
SELECT
    mention.mention_id, version.content_hash, $tagger::VARCHAR AS tagger, $target::VARCHAR AS target,
    '' AS decided
FROM core.mention AS mention
JOIN core.mention_version AS version
    ON version.mention_id = mention.mention_id
    AND version.content_hash = if($content = '', mention.content_hash, $content)
WHERE mention.mention_id = $mention_id;
