-- Every topic of a brand, by product and intent, in every whole week since topics are looked for,
-- up to the brand's last mention: a topic that falls silent, or is new, shows as 0.
with said as (
    select
        about.brand_id,
        topic.counts_as as topic_id,
        unnest(
            ['(all)'] || if(len(about.product_ids) = 0, ['(brand)'], about.product_ids)
        ) as product_id,
        about.intents,
        cast(date_trunc('week', about.day) as date) as week,
        about.mention_id,
        about.cluster_id,
        about.author_key,
        about.sentiment
    from {{ source("core", "discovered_topic_mention") }} as found
    join {{ source("core", "discovered_topic") }} as topic using (topic_id)
    join {{ few(
        ref("brand_mention"), "mention_id",
        "select mention_id from " ~ source("core", "discovered_topic_mention")
    ) }} as about using (mention_id)
    where not about.said_by_brand and not about.is_spam
),
by_intent as (
    select
        said.* exclude (intents),
        unnest(['(all)'] || if(len(intents) = 0, ['(none)'], intents)) as intent
    from said
),
-- Older mentions than the first night's window were never looked at: weeks count from the first
-- Monday after its begin.
begun as (
    select min(since) as since from {{ source("core", "topic_night") }}
),
heard as (
    select brand_id, min(day) as first_day, max(day) as last_day
    from {{ ref("brand_mention") }}
    where not said_by_brand and not is_spam
    group by brand_id
),
span as (
    select
        heard.brand_id,
        cast(date_trunc(
            'week', {{ brand_day("begun.since", "brand.timezone") }} + interval 7 day
        ) as date) as begun_week,
        cast(date_trunc('week', heard.first_day) as date) as first_week,
        cast(date_trunc('week', heard.last_day) as date) as last_week,
        {{ brand_day(now_at(), "brand.timezone") }} as today
    from heard
    join {{ source("core", "brand") }} as brand using (brand_id)
    cross join begun
),
week as (
    select
        brand_id,
        today,
        cast(unnest(generate_series(
            cast(greatest(begun_week, first_week) as timestamp),
            cast(last_week as timestamp),
            interval 7 day
        )) as date) as week
    from span
),
counted as (
    select
        brand_id,
        topic_id,
        product_id,
        intent,
        week,
        week.today,
        count(by_intent.mention_id) as mentions,
        count(distinct by_intent.cluster_id) as mentions_deduped,
        count(distinct by_intent.author_key) as authors,
        {{ sentiment_counts("by_intent.sentiment") }}
    from week
    join (
        select distinct brand_id, topic_id, product_id, intent from by_intent
    ) as talked using (brand_id)
    left join by_intent using (brand_id, topic_id, product_id, intent, week)
    group by all
),
compared as (
    select
        counted.*,
        lag(mentions) over earlier as mentions_last_week,
        lag(mentions_deduped) over earlier as mentions_deduped_last_week,
        lag(negative) over earlier as negative_last_week
    from counted
    window earlier as (partition by brand_id, topic_id, product_id, intent order by week)
)
select
    compared.brand_id,
    compared.topic_id,
    topic.name,
    compared.product_id,
    compared.intent,
    compared.week,
    compared.week + 7 <= compared.today as is_complete,
    compared.mentions,
    compared.mentions_deduped,
    compared.authors,
    compared.negative,
    compared.neutral,
    compared.positive,
    compared.abstained,
    compared.mentions_last_week,
    compared.mentions_deduped_last_week,
    compared.negative_last_week,
    compared.mentions - compared.mentions_last_week as change,
    {{ ratio("compared.mentions - compared.mentions_last_week", "compared.mentions_last_week") }}
        as change_ratio,
    case
        when compared.mentions_last_week is null then 'first_week'
        when compared.mentions_last_week = 0 then 'no_mentions_last_week'
    end as change_ratio_null_reason,
    {{ ratio(
        "compared.mentions_deduped - compared.mentions_deduped_last_week",
        "sqrt(compared.mentions_deduped + compared.mentions_deduped_last_week)"
    ) }} as change_z
from compared
join {{ source("core", "discovered_topic") }} as topic using (topic_id)
