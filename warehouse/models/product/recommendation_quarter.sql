-- What became of the advice of each quarter; the same advice twice counts once, as what became of
-- either. What nobody dated is in no quarter.
with once as (
    select
        coalesce(duplicate_of, recommendation_id) as root,
        min(brand_id) as brand_id,
        min(proposed_on) as proposed_on,
        arg_max(
            status,
            list_position(['rejected', 'proposed', 'accepted', 'implemented'], status)
        ) as status,
        min(implemented_on) as implemented_on
    from {{ ref("recommendation") }}
    group by root
),
dated as (
    select
        brand_id,
        cast(date_trunc('quarter', proposed_on) as date) as quarter,
        status,
        -- Open ones are endless so far; NULL: dropped, or without a day that can be counted from.
        case
            when status in ('proposed', 'accepted') then 'infinity'::double
            when implemented_on >= proposed_on
                then date_diff('day', proposed_on, implemented_on)
        end as days
    from once
    where brand_id is not null and proposed_on is not null
),
counted as (
    select
        brand_id,
        quarter,
        count(*) as proposed,
        count(*) filter (status in ('proposed', 'accepted')) as open,
        count(*) filter (status = 'accepted') as accepted,
        count(*) filter (status = 'rejected') as rejected,
        count(*) filter (status = 'implemented') as implemented,
        count(days) as timed,
        quantile_cont(days, 0.5) as median_days
    from dated
    group by all
)
select
    brand_id,
    quarter,
    proposed,
    open,
    accepted,
    rejected,
    implemented,
    {{ ratio("implemented", "proposed") }} as share_implemented,
    case when isfinite(median_days) then median_days end as median_days_to_market,
    case
        when timed = 0 then 'none_timed'
        when not isfinite(median_days) then 'median_still_open'
    end as median_null_reason
from counted
