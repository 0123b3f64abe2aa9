-- How people fare with each competitor.
SELECT
    competitor_id,
    count(*) AS mentions,
    count(*) FILTER (list_contains(intents, 'complaint')) AS complaints,
    count(*) FILTER (list_contains(intents, 'praise')) AS praise,
    count(*) FILTER (names_us) AS names_us,
    count(*) FILTER (prefers = 'us') AS prefers_us,
    count(*) FILTER (prefers = 'them') AS prefers_them
FROM competitor_mention
WHERE __where__
GROUP BY competitor_id
ORDER BY mentions DESC, competitor_id
