-- Cases, those with the next date first.
SELECT *
FROM legal_case
WHERE __where__
ORDER BY state = 'closed', due_at NULLS LAST, opened_at DESC, case_id
LIMIT 100
