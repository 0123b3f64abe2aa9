-- How our posts did, by their newest look.
SELECT
    *,
    virality_engagement / nullif(virality_followers, 0) AS virality,
    CASE
        WHEN posts = 0 THEN 'no_posts'
        WHEN coalesce(virality_followers, 0) = 0 THEN 'no_followers'
    END AS virality_null_reason,
    if(posts = 0, 'no_posts', 'not_counted') AS sum_null_reason
FROM (
    SELECT
        count(*) AS posts,
        sum(engagement)::BIGINT AS engagement,
        sum(conversation)::BIGINT AS conversation,
        sum(amplification)::BIGINT AS amplification,
        sum(applause)::BIGINT AS applause,
        sum(engagement) FILTER (virality IS NOT NULL)::BIGINT AS virality_engagement,
        sum(followers) FILTER (virality IS NOT NULL)::BIGINT AS virality_followers
    FROM post_value
    WHERE __where__
)
