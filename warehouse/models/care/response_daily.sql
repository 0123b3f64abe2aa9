-- The days of response_period, all channels together.
select
    starts_on as day,
    brand_id,
    inbound,
    answered,
    open,
    open_not_due,
    answered_in_time,
    breached,
    reopened,
    median_calendar_s,
    p90_calendar_s,
    median_business_s,
    p90_business_s,
    calendar_null_reason,
    business_null_reason,
    answered_rate,
    response_rate,
    response_rate_null_reason
from {{ ref("response_period") }}
where period = 'day' and channel = '(all)'
