-- How our handles take part.
SELECT
    coalesce(sum(posts), 0)::BIGINT AS posts,
    coalesce(sum(replies), 0)::BIGINT AS replies,
    sum(engagement)::BIGINT AS engagement
FROM participation_week
WHERE __where__
