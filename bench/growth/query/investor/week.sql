-- How many pieces went out a week, and how were they answered?
SELECT
    date_trunc('week', published_at) AS week,
    count(*) AS pieces,
    sum(answers) AS answers,
    sum(answers_positive - answers_negative) / nullif(sum(answers), 0) AS balance
FROM content_piece
GROUP BY week
ORDER BY week DESC;
