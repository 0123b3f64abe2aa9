-- Waiting times by day, week and month, for each channel and all together. What is still open
-- counts as waiting longer than anything answered, so a brand cannot look fast by leaving the hard
-- ones open. Quantiles are taken from the questions themselves, never from other quantiles.
{{ config(materialized="incremental") }}
with needed as (
    select
        response.* exclude (channel),
        coalesce(nullif(response.channel, ''), '(none)') as channel,
        unnest(['day', 'week', 'month']) as period
    from {{ ref("response") }} as response
    where response.needs_reply and response.is_answer_visible
),
dated as (
    select * from (
        select needed.*, cast(date_trunc(period, day) as date) as starts_on from needed
    )
    where {{ stale("brand_id, period, starts_on", "stale_period") }}
),
counted as (
    select
        period,
        starts_on,
        brand_id,
        coalesce(channel, '(all)') as channel,
        count(*) as inbound,
        count(*) filter (state = 'answered') as answered,
        count(*) filter (state = 'open') as open,
        count(*) filter (state = 'open' and not breached) as open_not_due,
        count(*) filter (state = 'answered' and not breached) as answered_in_time,
        count(*) filter (breached) as breached,
        count(reopened_at) as reopened,
        count(calendar_s) as timed,
        count(*) filter (due_at is null) as unpromised,
        {{ censored_quantile("calendar_s", "state = 'open'", 0.5) }} as median_calendar_s,
        {{ censored_quantile("calendar_s", "state = 'open'", 0.9) }} as p90_calendar_s,
        {{ censored_quantile("business_s", "state = 'open' and due_at is not null", 0.5) }}
            as median_business_s,
        {{ censored_quantile("business_s", "state = 'open' and due_at is not null", 0.9) }}
            as p90_business_s
    from dated
    group by grouping sets ((period, starts_on, brand_id, channel), (period, starts_on, brand_id))
)
select
    period,
    starts_on,
    brand_id,
    channel,
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
    case
        when timed + open = 0 then 'none_timed'
        when median_calendar_s is null then 'median_still_open'
        when p90_calendar_s is null then 'p90_still_open'
    end as calendar_null_reason,
    case
        when unpromised = inbound then 'no_business_hours'
        when timed + open = 0 then 'none_timed'
        when median_business_s is null then 'median_still_open'
        when p90_business_s is null then 'p90_still_open'
    end as business_null_reason,
    {{ ratio("answered", "inbound") }} as answered_rate,
    case when unpromised = 0 then {{ ratio("answered_in_time", "inbound") }} end as response_rate,
    case when unpromised > 0 then 'no_business_hours' end as response_rate_null_reason
from counted
