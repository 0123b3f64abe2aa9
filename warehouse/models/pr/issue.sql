-- An issue is a run of days (at most one quiet day between) on which more people than usual
-- complain about one topic of a brand, or raise a flag. People count, not posts: one loud author
-- is no crisis.
with bad as (
    select
        brand_id,
        unnest(if(len(topic_ids) = 0, ['(none)'], topic_ids)) as topic_id,
        day,
        mention_id,
        cluster_id,
        author_key,
        reach,
        published_at,
        len(flag_kinds) > 0 as is_flagged
    from {{ ref("brand_mention") }}
    where
        not said_by_brand
        and not is_spam
        and (sentiment = 'negative' or 'complaint' = any(intents) or len(flag_kinds) > 0)
),
-- Every day of a brand, silent ones included: they are part of what is usual.
span as (
    select brand_id, min(day) as first_on, max(day) as last_on
    from {{ ref("brand_mention") }}
    group by brand_id
),
calendar as (
    select
        brand_id,
        cast(unnest(generate_series(
            cast(first_on as timestamp), cast(last_on as timestamp), interval 1 day
        )) as date) as day
    from span
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
issue as (
    select
        brand_id,
        topic_id,
        min(day) as started_on,
        max(day) as last_on,
        arg_min(usual, day) as usual_authors_per_day,
        max(authors) as peak_authors,
        arg_max(authors, day) as last_authors
    from episode
    group by brand_id, topic_id, episode_no
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
        min(bad.published_at) as first_at
    from issue
    join bad
        on bad.brand_id = issue.brand_id
        and bad.topic_id = issue.topic_id
        and bad.day between issue.started_on and issue.last_on
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
        sum(flagged)::bigint as flagged,
        sum(reach)::bigint as reach,
        min(first_at) as first_at
    from spoken
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
    size.authors,
    size.mentions,
    size.mentions_deduped,
    size.flagged,
    size.reach,
    issue.usual_authors_per_day,
    issue.peak_authors,
    issue.last_authors,
    case
        when date_diff('day', last_on, {{ brand_day(now_at(), "brand.timezone") }}) > 2 then 'over'
        when last_authors < peak_authors then 'falling'
        else 'rising'
    end as stage,
    cast(size.authors as double) / (date_diff('day', started_on, last_on) + 1) as velocity
from issue
join size using (brand_id, topic_id, started_on)
join {{ source("core", "brand") }} as brand using (brand_id)
