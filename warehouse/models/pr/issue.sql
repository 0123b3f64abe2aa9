-- An issue is a run of days (at most one quiet day between) on which more people than usual
-- complain about one topic of a brand, or raise a flag. People count, not posts: one loud author
-- is no crisis.
with bad as (select * from {{ ref("bad_mention") }}),
-- Every day of a brand, silent ones included: they are part of what is usual.
calendar as (
    select
        brand_id,
        unnest(generate_series(
            cast(min(day) as timestamp), cast(max(day) as timestamp), interval 1 day
        ))::date as day
    from {{ ref("brand_mention") }}
    group by brand_id
),
daily as (
    select brand_id, topic_id, day, count(distinct bad.author_key) as authors
    from calendar
    join (select distinct brand_id, topic_id from bad) as topic using (brand_id)
    left join bad using (brand_id, topic_id, day)
    group by all
),
-- Median and its deviation, so that the first days of an issue do not hide the next ones.
judged as (
    select
        daily.*,
        count(*) over before as days,
        median(authors) over before as usual,
        1.4826 * mad(authors) over before as deviation
    from daily
    window before as (
        partition by brand_id, topic_id order by day
        rows between {{ var("issue_baseline_days") }} preceding and 1 preceding
    )
),
over_baseline as (
    select
        judged.*,
        coalesce(
            day - lag(day) over (partition by brand_id, topic_id order by day) > 2, true
        ) as begins
    from judged
    where
        days >= {{ var("issue_min_history_days") }}
        and authors > usual + {{ var("issue_deviations") }} * greatest(deviation, 1)
),
episode as (
    select
        over_baseline.*,
        count(*) filter (begins) over (
            partition by brand_id, topic_id order by day
        ) as episode_no
    from over_baseline
),
-- A day that is not over may still grow: it is not taken for a fall.
settled as (
    select
        episode.*,
        {{ brand_day(now_at(), "brand.timezone") }} as today,
        lag(episode.authors, 1, 0) over one as authors_before
    from episode
    join {{ source("core", "brand") }} as brand using (brand_id)
    window one as (partition by brand_id, topic_id, episode_no order by day)
),
issue as (
    select
        brand_id,
        topic_id,
        today,
        min(day) as started_on,
        max(day) as last_on,
        arg_min(usual, day) as usual_authors_per_day,
        max(authors) as peak_authors,
        arg_max(day, (authors, day)) as peak_on,
        arg_max(authors, day) as last_authors,
        arg_max(authors, day) filter (day < today or authors >= authors_before)
            as settled_authors,
        arg_max(authors_before, day) filter (day < today or authors >= authors_before)
            as settled_authors_before
    from settled
    group by brand_id, topic_id, episode_no, today
),
-- One author's reach counts once, however often they post.
spoken as (
    select
        issue.brand_id,
        issue.topic_id,
        issue.started_on,
        bad.author_key,
        count(*) as mentions,
        list(distinct bad.cluster_id) as clusters,
        max(bad.reach) as reach,
        count(*) filter (bad.is_flagged) as flagged,
        min(bad.published_at) as first_at,
        max(bad.published_at) as last_at,
        arg_min(bad.source, bad.published_at) as first_source,
        count(*) filter ({{ hours_ago("bad.published_at", 0, 24) }}) as mentions_24h,
        count(*) filter ({{ hours_ago("bad.published_at", 24, 48) }}) as mentions_24h_before
    from (
        select brand_id, topic_id, started_on, {{ days_of("started_on", "last_on") }} as day
        from issue
    ) as issue
    join bad using (brand_id, topic_id, day)
    group by all
),
size as (
    select
        brand_id,
        topic_id,
        started_on,
        count(author_key) as authors,
        sum(mentions)::bigint as mentions,
        len(list_distinct(flatten(list(clusters)))) as mentions_deduped,
        max(mentions) filter (author_key is not null) as largest_author_mentions,
        sum(flagged)::bigint as flagged,
        sum(reach)::bigint as reach,
        min(first_at) as first_at,
        max(last_at) as last_at,
        arg_min(first_source, first_at) as first_source,
        count(author_key) filter (mentions_24h > 0) as authors_24h,
        count(author_key) filter (mentions_24h_before > 0) as authors_24h_before,
        sum(mentions_24h)::bigint as mentions_24h
    from spoken
    group by all
),
heard as (
    select
        issue.brand_id,
        issue.topic_id,
        issue.started_on,
        case
            when count(coverage.day) = 0 then 'unknown'
            when bool_and(coverage.coverage = 'complete') then 'complete'
            when bool_and(coverage.coverage = 'unknown') then 'unknown'
            else 'partial'
        end as coverage
    from issue
    left join {{ ref("coverage_day") }} as coverage
        on coverage.brand_id = issue.brand_id
        and coverage.day between issue.started_on and issue.last_on
    group by all
)
select
    md5(concat_ws('/', brand_id, topic_id, started_on)) as issue_id,
    brand_id,
    topic_id,
    started_on,
    last_on,
    date_diff('day', started_on, last_on) + 1 as days,
    size.first_at,
    size.last_at,
    size.first_source,
    size.authors,
    size.mentions,
    size.mentions_deduped,
    size.flagged,
    size.reach,
    issue.usual_authors_per_day,
    issue.peak_authors,
    issue.peak_on,
    issue.last_authors,
    size.mentions_24h,
    size.authors_24h,
    size.authors_24h - size.authors_24h_before as velocity_24h,
    heard.coverage,
    case
        when date_diff('day', last_on, today) > 2 then 'over'
        -- A whole day since, and it was no issue.
        when date_diff('day', last_on, today) = 2 then 'falling'
        when started_on = last_on then 'new'
        when settled_authors < peak_authors then 'falling'
        when settled_authors > settled_authors_before then 'rising'
        else 'peak'
    end as stage,
    cast(size.authors as double) / (date_diff('day', started_on, last_on) + 1) as velocity,
    {{ ratio("size.largest_author_mentions", "size.mentions") }} as largest_author_share
from issue
join size using (brand_id, topic_id, started_on)
join heard using (brand_id, topic_id, started_on)
