-- Takedowns, those whose clock ends next first.
SELECT *
FROM takedown
WHERE __where__
ORDER BY overdue DESC NULLS LAST, next_due_on NULLS LAST, last_at DESC, takedown_id
