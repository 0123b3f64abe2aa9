-- No mention answers itself, and what it answers is of its source.
WITH answer AS (
    SELECT mention_id, parent_id, source FROM core.mention
    WHERE rowid >= $since AND parent_id IS NOT NULL
)

SELECT answer.mention_id, answer.parent_id
FROM answer LEFT JOIN core.mention AS parent ON parent.mention_id = answer.parent_id
WHERE answer.mention_id = answer.parent_id OR parent.source <> answer.source
LIMIT 5;
