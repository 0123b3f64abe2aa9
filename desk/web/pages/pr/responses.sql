-- How issues were answered, and what came after.
SELECT *
FROM issue_response
WHERE __where__
ORDER BY started_on DESC, issue_id
