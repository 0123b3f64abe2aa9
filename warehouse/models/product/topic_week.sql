-- Every topic of a brand in every week from the brand's first mention to its last, so that a
-- topic that falls silent shows as 0.
with said as (
    select
        brand_id,
        unnest(if(len(topic_ids) = 0, ['(none)'], topic_ids)) as topic_id,
        cast(date_trunc('week', day) as date) as week,
        author_key,
        'complaint' = any(intents) as is_complaint
    from {{ ref("brand_mention") }}
    where not said_by_brand and not is_spam
),
week as (
    select
        brand_id,
        cast(unnest(generate_series(
            cast(min(week) as timestamp), cast(max(week) as timestamp), interval 7 day
        )) as date) as week
    from said
    group by brand_id
),
counted as (
    select
        brand_id,
        topic_id,
        week,
        count(said.topic_id) as mentions,
        count(distinct said.author_key) as authors,
        count(*) filter (said.is_complaint) as complaints
    from week
    join (select distinct brand_id, topic_id from said) as talked using (brand_id)
    left join said using (brand_id, topic_id, week)
    group by all
),
compared as (
    select
        counted.*,
        lag(mentions) over earlier as mentions_last_week,
        lag(complaints) over earlier as complaints_last_week
    from counted
    window earlier as (partition by brand_id, topic_id order by week)
)
select
    brand_id,
    topic_id,
    week,
    mentions,
    authors,
    complaints,
    mentions_last_week,
    complaints_last_week,
    mentions - mentions_last_week as change,
    {{ ratio("mentions - mentions_last_week", "mentions_last_week") }} as change_ratio,
    case
        when mentions_last_week is null then 'first_week'
        when mentions_last_week = 0 then 'no_mentions_last_week'
    end as change_ratio_null_reason
from compared
