-- What was said before a release and after it, counted: a row for each side.
{{ config(materialized="incremental") }}
with side as (
    select
        release_window.*,
        side.side,
        if(side.side = 'before', days_before, days_after) as days,
        if(side.side = 'before', before_from, released_on) as from_day,
        if(side.side = 'before', released_on, after_until) - 1 as until_day
    from {{ ref("release_window") }} as release_window
    cross join (values ('before'), ('after')) as side (side)
    where {{ stale("release_window.release_id", "stale_release") }}
),
covered as (
    select
        side.release_id,
        side.side,
        count(*) filter (coverage.coverage <> 'complete') as days_incomplete
    from side
    join {{ ref("coverage_day") }} as coverage
        on coverage.brand_id = side.brand_id
        and coverage.day between side.from_day and side.until_day
    group by all
),
counted as (
    select
        release_id,
        side,
        count(*) as mentions,
        count(distinct cluster_id) as mentions_deduped,
        count(distinct author_key) as authors,
        count(distinct cluster_id) filter (is_problem) as problems,
        {{ sentiment_counts() }}
    from {{ ref("release_mention") }}
    where {{ stale("release_id", "stale_release") }}
    group by all
)
select
    side.release_id,
    side.side,
    side.brand_id,
    side.product_id,
    side.version,
    side.released_on,
    side.from_day,
    side.until_day,
    side.days,
    coalesce(covered.days_incomplete, side.days) as days_incomplete,
    coalesce(counted.mentions, 0) as mentions,
    coalesce(counted.mentions_deduped, 0) as mentions_deduped,
    coalesce(counted.authors, 0) as authors,
    coalesce(counted.problems, 0) as problems,
    coalesce(counted.negative, 0) as negative,
    coalesce(counted.neutral, 0) as neutral,
    coalesce(counted.positive, 0) as positive,
    coalesce(counted.abstained, 0) as abstained
from side
left join counted using (release_id, side)
left join covered using (release_id, side)
