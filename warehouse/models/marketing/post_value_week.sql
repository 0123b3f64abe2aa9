-- What brands' posts brought by week, channel, region and campaign. Parts first, ratios last, so
-- that weeks can be added up; `(all)` rows hold each sum once.
{{ config(materialized="incremental") }}
with spread as (
    select
        post.* replace (
            channel.name as channel, region.name as region, campaign.name as campaign
        ),
        tag.author_key
    from (
        select * from {{ ref("post_value") }} where {{ stale("brand_id, week", "stale_week") }}
    ) as post
    join {{ ref("mention_tag") }} as tag using (mention_id),
        unnest([post.channel, '(all)']) as channel (name),
        unnest([coalesce(nullif(post.region, ''), '(none)'), '(all)']) as region (name),
        unnest([coalesce(nullif(post.campaign, ''), '(none)'), '(all)']) as campaign (name)
),
-- One author's followers could see all of the author's posts: people count once.
following as (
    select week, brand_id, channel, region, campaign, author_key, max(followers) as followers
    from spread
    group by all
),
potential as (
    select week, brand_id, channel, region, campaign, sum(followers)::bigint as potential_reach
    from following
    group by all
),
summed as (
    select
        week,
        brand_id,
        any_value(brand_role) as brand_role,
        channel,
        region,
        campaign,
        count(*) as posts,
        count(engagement) as posts_with_counts,
        count(*) filter (age_s < 86400 * {{ var("post_value_days") }}) as posts_looked_at_young,
        sum(reach) filter (reach_kind = 'impressions')::bigint as impressions,
        sum(engagement)::bigint as engagement,
        sum(conversation)::bigint as conversation,
        count(conversation) as posts_with_conversation,
        sum(amplification)::bigint as amplification,
        count(amplification) as posts_with_amplification,
        sum(applause)::bigint as applause,
        count(applause) as posts_with_applause,
        sum(engagement) filter (virality is not null)::bigint as virality_engagement,
        sum(followers) filter (virality is not null)::bigint as virality_followers,
        arg_max(virality_null_reason, published_at) as a_reason
    from spread
    group by week, brand_id, channel, region, campaign
)
select
    summed.* exclude (a_reason),
    potential.potential_reach,
    {{ ratio("conversation", "posts_with_conversation") }} as conversation_rate,
    {{ ratio("amplification", "posts_with_amplification") }} as amplification_rate,
    {{ ratio("applause", "posts_with_applause") }} as applause_rate,
    {{ ratio("virality_engagement", "virality_followers") }} as virality,
    case when virality_followers is null then a_reason end as virality_null_reason
from summed
join potential using (week, brand_id, channel, region, campaign)
