-- The weeks behind the numbers, the newest first.
SELECT *
FROM participation_week
WHERE __where__
ORDER BY week DESC, channel
