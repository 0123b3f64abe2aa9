-- Answers to what needed one. A wait without an end is longer than any: infinite, then not known.
SELECT
    * EXCLUDE (promised, median_wait, p90_wait),
    (answered - answered_late) / nullif(promised, 0) AS response_rate,
    CASE
        WHEN inbound = 0 THEN 'nothing needed a reply'
        WHEN promised = 0 THEN 'no_business_hours'
    END AS response_rate_null_reason,
    if(isinf(median_wait), NULL, median_wait) AS median_s,
    if(isinf(median_wait), 'median_still_open', 'nothing needed a reply') AS median_null_reason,
    if(isinf(p90_wait), NULL, p90_wait) AS p90_s,
    if(isinf(p90_wait), 'p90_still_open', 'nothing needed a reply') AS p90_null_reason
FROM (
    SELECT
        count(*) AS inbound,
        count(*) FILTER (state = 'answered') AS answered,
        count(*) FILTER (state = 'open') AS open,
        count(*) FILTER (breached) AS late,
        count(*) FILTER (breached AND state = 'answered') AS answered_late,
        count(*) FILTER (reopened_at IS NOT NULL) AS reopened,
        count(*) FILTER (breached IS NOT NULL) AS promised,
        quantile_disc(
            CASE WHEN state = 'open' THEN 'infinity'::DOUBLE ELSE calendar_s::DOUBLE END, 0.5
        ) AS median_wait,
        quantile_disc(
            CASE WHEN state = 'open' THEN 'infinity'::DOUBLE ELSE calendar_s::DOUBLE END, 0.9
        ) AS p90_wait
    FROM response
    WHERE __where__ AND needs_reply AND is_answer_visible
)
