-- An issue is a run of days (at most one quiet day between) on which more people than usual
-- complain about one topic of a brand, or raise a flag.
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
        and (sentiment = 'negative' or len(flag_kinds) > 0)
),
first_day as (
    select brand_id, min(day) as day from {{ ref("brand_mention") }} group by brand_id
),
daily as (
    select brand_id, topic_id, day, count(distinct author_key) as authors
    from bad
    group by all
),
-- The days before, silent ones included; a day with too few of them cannot be judged.
baseline as (
    select
        today.brand_id,
        today.topic_id,
        today.day,
        today.authors,
        least(date_diff('day', first_day.day, today.day), {{ var("issue_baseline_days") }}) as days,
        coalesce(sum(earlier.authors), 0) as total,
        coalesce(sum(earlier.authors * earlier.authors), 0) as total_of_squares
    from daily as today
    join first_day using (brand_id)
    left join daily as earlier
        on earlier.brand_id = today.brand_id
        and earlier.topic_id = today.topic_id
        and earlier.day < today.day
        and earlier.day >= today.day - {{ var("issue_baseline_days") }}
    group by all
),
judged as (
    select
        baseline.*,
        total / days as mean,
        sqrt(greatest(total_of_squares / days - pow(total / days, 2), 0)) as sd
    from baseline
    where days >= {{ var("issue_min_history_days") }}
),
over_baseline as (
    select
        judged.*,
        coalesce(
            day - lag(day) over (partition by brand_id, topic_id order by day) > 2, true
        ) as begins
    from judged
    where
        authors >= {{ var("issue_min_authors") }}
        and authors > mean + {{ var("issue_sd") }} * greatest(sd, 1)
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
        arg_min(mean, day) as baseline_authors_per_day,
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
    issue.baseline_authors_per_day,
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
