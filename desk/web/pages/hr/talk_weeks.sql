-- The weeks behind the numbers, the newest first.
SELECT *
FROM employer_talk
WHERE __where__
ORDER BY week DESC, subject
