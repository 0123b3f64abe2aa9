-- How our handles take part.
SELECT
    coalesce(sum(posts), 0)::BIGINT AS posts,
    coalesce(sum(replies), 0)::BIGINT AS replies,
    sum(engagement)::BIGINT AS engagement,
    if(count(*) = 0, 'no_posts', 'not_counted') AS engagement_null_reason
FROM participation_week
WHERE __where__
