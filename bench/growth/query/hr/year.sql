-- How is the talk of us as an employer against a year ago?
SELECT
    subject,
    sum(mentions) FILTER (week >= DATE '2025-11-01') AS mentions,
    sum(mentions) FILTER (week < DATE '2025-11-01' AND week >= DATE '2024-11-01') AS mentions_before
FROM employer_talk
WHERE brand_id = 'larkspur'
GROUP BY subject;
