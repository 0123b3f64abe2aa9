-- Where talk comes from.
SELECT
    outlet,
    channel,
    sum(mentions)::BIGINT AS mentions,
    sum(engagement)::BIGINT AS engagement,
    sum(mentions_with_link)::BIGINT AS mentions_with_link
FROM reference
WHERE __where__
GROUP BY ALL
ORDER BY mentions DESC, outlet, channel
LIMIT 25
