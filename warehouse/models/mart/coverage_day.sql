-- Whether what we heard on a day is all there was. A gap that a later complete look of the same
-- stream spans is healed. A stream that looks up to the moment it runs is expected to go on: a day
-- it does not speak of is silent. An export speaks of its own rows and is expected no more.
{{ built_after("coverage_before") }}
with looked as (
    select
        coverage.stream,
        coverage.source,
        coverage.state,
        coverage.since,
        coverage.until,
        coverage.until = batch.started_at as goes_on
    from {{ source("core", "coverage") }} as coverage
    join {{ source("core", "batch") }} as batch using (batch_id)
    -- Costs and goals say nothing of what was heard, and neither does a look at known mentions.
    where batch.kind = 'mention' and coverage.since is not null and coverage.until is not null
),
standing as (
    select looked.*
    from looked
    qualify
        looked.state = 'complete'
        or coalesce(
            max(looked.until) filter (looked.state = 'complete') over (
                partition by looked.stream order by looked.since
                range between unbounded preceding and current row
            ) < looked.until,
            true
        )
),
-- Nothing is claimed of days after everything we know.
spoken as (
    select
        (select min(published_at) from {{ source("core", "mention") }}) as first_at,
        greatest(
            (select max(published_at) from {{ source("core", "mention") }}),
            (select max(until) from looked)
        ) as last_at
),
zone as (
    select distinct
        brand.timezone,
        {{ brand_day("spoken.first_at", "brand.timezone") }} as first_day,
        {{ brand_day("spoken.last_at", "brand.timezone") }} as last_day
    from {{ source("core", "brand") }} as brand
    cross join spoken
),
day as (
    select timezone, {{ days_of("first_day", "last_day") }} as day
    from zone
),
-- An interval that ends at midnight says nothing of the day that begins there.
bounded as (
    select
        zone.timezone,
        zone.first_day as zone_first_day,
        zone.last_day as zone_last_day,
        standing.stream,
        standing.source,
        standing.state,
        standing.goes_on,
        {{ brand_day("standing.since", "zone.timezone") }} as first_day,
        {{ brand_day(
            "greatest(standing.until - interval 1 microsecond, standing.since)", "zone.timezone"
        ) }} as last_day
    from standing
    cross join zone
),
heard as (
    select distinct
        timezone,
        stream,
        source,
        state,
        {{ days_of("greatest(first_day, zone_first_day)", "least(last_day, zone_last_day)") }}
            as day
    from bounded
),
expected as (
    select
        timezone,
        stream,
        source,
        {{ days_of(
            "greatest(min(first_day), zone_first_day)",
            "least(max(last_day) + " ~ var("coverage_silent_days") ~ ", zone_last_day)"
        ) }} as day
    from bounded
    group by timezone, stream, source, zone_first_day, zone_last_day
    having bool_or(goes_on)
),
told as (
    select timezone, day, source, state from heard
    union all
    select timezone, day, source, 'silent'
    from expected
    anti join heard using (timezone, stream, day)
),
judged as (
    select
        day.timezone,
        day.day,
        case
            when count(*) filter (told.state <> 'silent') = 0 then 'unknown'
            when bool_and(told.state = 'complete') then 'complete'
            else 'partial'
        end as coverage,
        string_agg(
            distinct told.source || ': ' || told.state, ', '
            order by told.source || ': ' || told.state
        ) filter (told.state <> 'complete') as coverage_reason
    from day
    left join told using (timezone, day)
    group by all
)
select brand.brand_id, judged.day, judged.coverage, judged.coverage_reason
from judged
join {{ source("core", "brand") }} as brand using (timezone)
