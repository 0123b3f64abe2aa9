-- What is said of us as an employer.
SELECT
    subject,
    sum(mentions)::BIGINT AS mentions,
    sum(negative)::BIGINT AS negative,
    sum(neutral)::BIGINT AS neutral,
    sum(positive)::BIGINT AS positive,
    sum(abstained)::BIGINT AS abstained,
    max(null_reason) AS null_reason
FROM employer_talk
WHERE __where__
GROUP BY subject
ORDER BY mentions DESC NULLS LAST, subject
