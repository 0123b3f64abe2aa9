-- The weeks behind the numbers, the newest first.
SELECT *, if(null_reason IS NULL, mentions, NULL) AS to_read
FROM employer_talk
WHERE __where__
ORDER BY week DESC, subject
