-- Whether what we heard on a day is all there was, for the days between the first and the last
-- mention. A gap that a later complete look of the same stream spans is healed.
with span as (
    select
        coverage.stream,
        coverage.source,
        coverage.state,
        coalesce(coverage.since, '-infinity'::timestamptz) as since,
        coalesce(coverage.until, 'infinity'::timestamptz) as until
    from {{ source("core", "coverage") }} as coverage
),
standing as (
    select span.*
    from span
    anti join span as whole
        on span.state <> 'complete'
        and whole.state = 'complete'
        and whole.stream = span.stream
        and whole.since <= span.since
        and whole.until >= span.until
),
zone_span as (
    select distinct brand.timezone, spoken.first_at, spoken.last_at
    from {{ source("core", "brand") }} as brand
    cross join (
        select min(published_at) as first_at, max(published_at) as last_at
        from {{ source("core", "mention") }}
    ) as spoken
),
day as (
    select
        timezone,
        cast(
            unnest(
                generate_series(
                    cast({{ brand_day("first_at", "timezone") }} as timestamp),
                    cast({{ brand_day("last_at", "timezone") }} as timestamp),
                    interval 1 day
                )
            ) as date
        ) as day
    from zone_span
),
bounded as (
    select
        timezone,
        day,
        cast(day as timestamp) at time zone timezone as begins_at,
        cast(day + 1 as timestamp) at time zone timezone as ends_at
    from day
),
judged as (
    select
        bounded.timezone,
        bounded.day,
        case
            when count(standing.state) = 0 then 'unknown'
            when bool_and(standing.state = 'complete') then 'complete'
            else 'partial'
        end as coverage,
        string_agg(
            distinct standing.source || ': ' || standing.state, ', '
            order by standing.source || ': ' || standing.state
        ) filter (standing.state <> 'complete') as coverage_reason
    from bounded
    left join standing
        on standing.since < bounded.ends_at and standing.until >= bounded.begins_at
    group by all
)
select brand.brand_id, judged.day, judged.coverage, judged.coverage_reason
from judged
join {{ source("core", "brand") }} as brand using (timezone)
