-- Waiting times per day and brand. What is still open counts as waiting longer than anything
-- answered, so a brand cannot look fast by leaving the hard ones open.
with needed as (
    select * from {{ ref("response") }} where needs_reply and is_answer_visible
),
counted as (
    select
        day,
        brand_id,
        count(*) as inbound,
        count(*) filter (state = 'answered') as answered,
        count(*) filter (state = 'open') as open,
        count(*) filter (state = 'answered' and not breached) as answered_in_time,
        count(*) filter (breached) as breached,
        {{ censored_quantile("calendar_s", 0.5) }} as median_calendar_s,
        {{ censored_quantile("calendar_s", 0.9) }} as p90_calendar_s,
        {{ censored_quantile("business_s", 0.5) }} as median_business_s,
        {{ censored_quantile("business_s", 0.9) }} as p90_business_s
    from needed
    group by day, brand_id
)
select
    counted.*,
    {{ ratio("answered", "inbound") }} as answered_rate,
    {{ ratio("answered_in_time", "inbound") }} as response_rate,
    case
        when median_calendar_s is null then 'median_still_open'
        when p90_calendar_s is null then 'p90_still_open'
    end as null_reason
from counted
