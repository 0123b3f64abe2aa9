-- In which weeks was it mostly bad?
SELECT week, subject, mentions, negative, positive
FROM employer_talk
WHERE brand_id = 'larkspur' AND negative > positive
ORDER BY week DESC;
