-- How people fare with a competitor, week by week and topic by topic, beside the own brand.
{{ config(materialized="incremental") }}
with about as (
    select
        brand_id,
        cast(date_trunc('week', day) as date) as week,
        unnest(
            list_append(if(len(topic_ids) = 0, ['(none)'], topic_ids), '(all)')
        ) as topic_id,
        mention_id,
        cluster_id,
        author_key,
        sentiment,
        intents
    from {{ ref("brand_mention") }}
    where
        {{ stale_days(period="week") }}
        and author_brand_id is null
        and not said_by_brand
        and not is_spam
        and relation <> 'owned'
),
counted as (
    select
        brand_id,
        week,
        topic_id,
        count(*) as mentions,
        count(distinct cluster_id) as mentions_deduped,
        count(distinct author_key) as authors,
        count(*) filter (list_contains(intents, 'complaint')) as complaints,
        count(*) filter (list_contains(intents, 'praise')) as praise,
        count(*) filter (list_contains(intents, 'churn')) as churn,
        count(*) filter (list_contains(intents, 'purchase')) as purchase,
        {{ sentiment_counts() }}
    from about
    group by all
),
preferred as (
    select
        brand_id,
        competitor_id,
        cast(date_trunc('week', day) as date) as week,
        unnest(
            list_append(if(len(topic_ids) = 0, ['(none)'], topic_ids), '(all)')
        ) as topic_id,
        names_us,
        prefers
    from {{ ref("competitor_mention") }}
    where {{ stale_days(period="week") }}
),
switched as (
    select
        brand_id,
        competitor_id,
        week,
        topic_id,
        count(*) filter (names_us) as names_us,
        count(*) filter (prefers = 'us') as prefers_us,
        count(*) filter (prefers = 'them') as prefers_them
    from preferred
    group by all
),
heard as (
    select
        brand_id,
        cast(date_trunc('week', day) as date) as week,
        case
            when bool_and(coverage = 'complete') then 'complete'
            when bool_and(coverage = 'unknown') then 'unknown'
            else 'partial'
        end as coverage
    from {{ ref("coverage_day") }}
    group by all
)
select
    rival.week,
    pair.brand_id,
    pair.competitor_id,
    rival.topic_id,
    rival.mentions,
    rival.mentions_deduped,
    rival.authors,
    rival.complaints,
    rival.praise,
    rival.churn,
    rival.purchase,
    rival.negative,
    rival.neutral,
    rival.positive,
    rival.abstained,
    coalesce(switched.names_us, 0) as names_us,
    coalesce(switched.prefers_us, 0) as prefers_us,
    coalesce(switched.prefers_them, 0) as prefers_them,
    coalesce(own.mentions, 0) as own_mentions,
    coalesce(own.complaints, 0) as own_complaints,
    coalesce(own.praise, 0) as own_praise,
    coalesce(own.negative, 0) as own_negative,
    coalesce(own.neutral, 0) as own_neutral,
    coalesce(own.positive, 0) as own_positive,
    coalesce(own.abstained, 0) as own_abstained,
    coalesce(heard.coverage, 'unknown') as coverage,
    {{ ratio("rival.complaints", "rival.mentions") }} as complaint_share,
    {{ ratio("own.complaints", "own.mentions") }} as own_complaint_share,
    case when own.mentions is null then 'own_not_mentioned' end as own_null_reason,
    {{ ratio("rival.positive - rival.negative", "rival.negative + rival.neutral + rival.positive") }}
        as net_sentiment_of_all,
    case
        when rival.negative + rival.neutral + rival.positive = 0 then 'none_scored'
    end as net_sentiment_null_reason
from counted as rival
join {{ source("core", "competitor") }} as pair on pair.competitor_id = rival.brand_id
left join counted as own
    on own.brand_id = pair.brand_id
    and own.week = rival.week
    and own.topic_id = rival.topic_id
left join switched
    on switched.brand_id = pair.brand_id
    and switched.competitor_id = pair.competitor_id
    and switched.week = rival.week
    and switched.topic_id = rival.topic_id
left join heard on heard.brand_id = rival.brand_id and heard.week = rival.week
