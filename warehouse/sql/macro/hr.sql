CREATE MACRO talk_of_work(brand, since, until) AS TABLE
SELECT
    subject,
    sum(mentions) AS mentions,
    sum(negative) AS negative,
    sum(neutral) AS neutral,
    sum(positive) AS positive,
    sum(abstained) AS abstained
FROM employer_talk
WHERE brand_id = brand AND week BETWEEN since AND until
GROUP BY subject
ORDER BY mentions DESC, subject;

COMMENT ON MACRO TABLE talk_of_work IS
    'Talk of a brand as employer by subject, over weeks that begin between two days.';
