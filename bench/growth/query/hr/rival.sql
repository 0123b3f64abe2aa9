-- How are the competitors talked of as employers?
SELECT
    brand_id,
    subject,
    sum(mentions) AS mentions,
    sum(negative) AS negative,
    sum(positive) AS positive
FROM employer_talk
GROUP BY brand_id, subject
ORDER BY mentions DESC;
