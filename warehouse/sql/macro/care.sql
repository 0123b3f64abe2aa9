-- Quantiles as in the model response_period.
CREATE MACRO response_time(brand, since, until) AS TABLE
SELECT
    count(*) AS inbound,
    count_if(state = 'answered') AS answered,
    count_if(breached) AS breached,
    nullif(
        quantile_cont(if(state = 'open', 'infinity'::DOUBLE, calendar_s), 0.5), 'infinity'::DOUBLE
    ) AS median_calendar_s,
    nullif(
        quantile_cont(if(state = 'open', 'infinity'::DOUBLE, calendar_s), 0.9), 'infinity'::DOUBLE
    ) AS p90_calendar_s,
    nullif(
        quantile_cont(
            if(state = 'open' AND due_at IS NOT NULL, 'infinity'::DOUBLE, business_s), 0.5
        ),
        'infinity'::DOUBLE
    ) AS median_business_s
FROM response
WHERE brand_id = brand AND day BETWEEN since AND until AND needs_reply AND is_answer_visible;

COMMENT ON MACRO TABLE response_time IS
    'How long people waited for a reply, over days; what is open waits for ever. NULL: among these.';
