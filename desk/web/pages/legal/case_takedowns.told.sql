-- What was said, where legal's file holds it.
SELECT picked.* REPLACE (mention.mention_id AS mention_id), left(mention.text, 120) AS said
FROM picked
LEFT JOIN mention USING (mention_id)
ORDER BY picked.overdue DESC NULLS LAST, picked.next_due_on NULLS LAST, picked.last_at DESC, takedown_id
