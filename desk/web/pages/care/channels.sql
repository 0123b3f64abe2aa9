-- Answers by channel.
SELECT * REPLACE (if(isinf(median_s), NULL, median_s) AS median_s), 'median_still_open' AS median_null_reason
FROM (
    SELECT
        channel,
        count(*) AS inbound,
        count(*) FILTER (state = 'answered') AS answered,
        count(*) FILTER (breached) AS late,
        quantile_disc(
            CASE WHEN state = 'open' THEN 'infinity'::DOUBLE ELSE calendar_s::DOUBLE END, 0.5
        ) AS median_s
    FROM response
    WHERE __where__ AND needs_reply AND is_answer_visible
    GROUP BY channel
)
ORDER BY inbound DESC, channel
