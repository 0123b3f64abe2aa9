-- The hours each own brand answers in, day by day, and the business time before each: the
-- clock that business seconds and due times are read from.
with brand as (
    select
        brand_id,
        timezone,
        opens,
        closes,
        (
            select min(published_at) from {{ source("core", "mention") }}
        ) as first_at
    from {{ source("core", "brand") }}
    where role = 'own'
),
calendar as (
    select
        brand.*,
        cast(
            unnest(
                generate_series(
                    cast(first_at as timestamp) - interval 7 day,
                    cast({{ now_at() }} as timestamp) + interval 60 day,
                    interval 1 day
                )
            ) as date
        ) as day
    from brand
),
opened as (
    select
        calendar.brand_id,
        calendar.day,
        (calendar.day + calendar.opens) at time zone calendar.timezone as opens_at,
        -- Closing at midnight or later is on the next day.
        (
            calendar.day + calendar.closes
            + case when calendar.closes <= calendar.opens then interval 1 day else interval 0 day end
        ) at time zone calendar.timezone as closes_at
    from calendar
    semi join {{ source("core", "brand_business_day") }} as weekday
        on weekday.brand_id = calendar.brand_id
        and weekday.weekday = isodow(calendar.day) - 1
    anti join {{ source("core", "brand_holiday") }} as holiday
        on holiday.brand_id = calendar.brand_id and holiday.on_date = calendar.day
)
select
    brand_id,
    day,
    opens_at,
    closes_at,
    {{ seconds_between("opens_at", "closes_at") }} as seconds,
    coalesce(
        sum({{ seconds_between("opens_at", "closes_at") }}) over (
            partition by brand_id order by day
            rows between unbounded preceding and 1 preceding
        ),
        0
    )::bigint as seconds_before
from opened
