-- How many issues a brand had on each day, and how many people were in them.
{{ config(materialized="incremental") }}
with running as (
    select
        issue_id,
        brand_id,
        topic_id,
        started_on,
        {{ days_of("started_on", "last_on") }} as day
    from {{ ref("issue") }}
),
counted as (
    select
        running.brand_id,
        running.day,
        count(distinct running.issue_id) as issues,
        count(distinct running.issue_id) filter (running.started_on = running.day) as issues_begun,
        count(distinct bad.author_key) as authors,
        count(distinct bad.mention_id) as mentions
    from running
    left join {{ ref("bad_mention") }} as bad using (brand_id, topic_id, day)
    where {{ stale("running.brand_id, running.day", "stale_run_day") }}
    group by running.brand_id, running.day
)
select
    coverage.day,
    coverage.brand_id,
    coalesce(counted.issues, 0) as issues,
    coalesce(counted.issues_begun, 0) as issues_begun,
    coalesce(counted.authors, 0) as authors,
    coalesce(counted.mentions, 0) as mentions,
    coverage.coverage
from {{ ref("coverage_day") }} as coverage
left join counted using (brand_id, day)
where {{ stale("coverage.brand_id, coverage.day", "stale_run_day") }}
