-- Engagement with our posts by the week they were published.
SELECT
    week,
    week + 6 AS week_end,
    count(*) AS posts,
    coalesce(sum(applause), 0)::BIGINT AS applause,
    coalesce(sum(amplification), 0)::BIGINT AS amplification,
    coalesce(sum(conversation), 0)::BIGINT AS conversation
FROM post_value
WHERE __where__
GROUP BY week
ORDER BY week
