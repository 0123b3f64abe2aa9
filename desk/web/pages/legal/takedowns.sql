-- Takedowns, those whose clock ends next first, with what was said where legal's file holds it.
SELECT takedown.* REPLACE (mention.mention_id AS mention_id), left(mention.text, 120) AS said
FROM (SELECT * FROM takedown WHERE __where__) AS takedown
LEFT JOIN mention USING (mention_id)
ORDER BY takedown.overdue DESC NULLS LAST, takedown.next_due_on NULLS LAST, takedown.last_at DESC, takedown_id
LIMIT 100
