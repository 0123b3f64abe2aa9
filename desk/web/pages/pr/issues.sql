-- Issues that touch this time, those that go on and are large first.
SELECT
    issue.*,
    issue.last_on - 1 AS day_before,
    response.time_to_first_response_s AS first_response_s,
    response.change,
    coalesce(response.null_reason, if(response.is_responded, NULL, 'nobody has responded yet'))
        AS response_null_reason
FROM (SELECT * FROM issue WHERE __where__) AS issue
LEFT JOIN issue_response AS response USING (issue_id)
ORDER BY issue.last_on DESC, issue.authors DESC, issue.issue_id
LIMIT 50
