-- Every row about a mention that was written has its mention. (Rows of a deleted mention go by
-- its id; that none is left is looked up for the whole warehouse only.)
SELECT table_name, mention_id
FROM other_check
ANTI JOIN (
    SELECT mention_id FROM core.mention WHERE mention_id IN (SELECT mention_id FROM other_check)
) AS found USING (mention_id)
LIMIT 5;
