-- What went on between each own brand and people, day by day and channel by channel: what was said
-- to it and how it sounded, what it posted and answered, and how its posts were received.
{{ config(materialized="incremental") }}
with inbound as (
    select * from {{ ref("inbound") }} where {{ stale_days() }}
),
towards as (
    select mention_id, brand_id, sentiment
    from {{ ref("brand_sentiment") }}
    where
        product_id = ''
        {%- if is_partial() %}
        and mention_id in (select mention_id from inbound)
        {%- endif %}
),
event as (
    select
        inbound.brand_id,
        inbound.day,
        coalesce(nullif(inbound.channel, ''), '(none)') as channel,
        'inbound' as event,
        inbound.needs_reply,
        inbound.author_key,
        inbound.thread_id,
        coalesce(towards.sentiment, tag.sentiment) as sentiment,
        null::bigint as engagement
    from inbound
    join {{ ref("mention_tag") }} as tag
        on tag.mention_id = inbound.mention_id and tag.published_at = inbound.inbound_at
    left join towards
        on towards.mention_id = inbound.mention_id and towards.brand_id = inbound.brand_id
    where not tag.is_spam
    union all
    select
        brand_id,
        day,
        coalesce(nullif(channel, ''), '(none)'),
        if(parent_id is null, 'own_post', 'own_reply'),
        null,
        null,
        thread_id,
        null,
        if(parent_id is null, engagement, null)
    from {{ ref("brand_mention") }}
    where {{ stale_days() }} and brand_role = 'own' and said_by_brand
),
counted as (
    select
        day,
        brand_id,
        coalesce(channel, '(all)') as channel,
        count(*) filter (event = 'inbound') as inbound,
        count(*) filter (needs_reply) as needs_reply,
        count(distinct author_key) as authors,
        count(distinct thread_id) filter (event <> 'own_post') as conversations,
        count(*) filter (event = 'own_post') as own_posts,
        count(*) filter (event = 'own_reply') as own_replies,
        count(engagement) as own_posts_counted,
        sum(engagement)::bigint as engagement,
        {{ sentiment_counts() }}
    from event
    group by grouping sets ((day, brand_id, channel), (day, brand_id))
)
select
    counted.*,
    coalesce(coverage.coverage, 'unknown') as coverage,
    case
        when own_posts = 0 then 'no_own_posts'
        when own_posts_counted = 0 then 'no_counts'
    end as engagement_null_reason,
    {{ ratio("positive - negative", "negative + neutral + positive") }} as net_sentiment_of_all,
    case when negative + neutral + positive = 0 then 'none_scored' end
        as net_sentiment_null_reason
from counted
left join {{ ref("coverage_day") }} as coverage using (day, brand_id)
