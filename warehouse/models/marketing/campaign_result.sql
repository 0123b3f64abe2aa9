-- What came of each campaign: its posts, the talk of the brand in equally long times before, during
-- and after it, and its money and hours as imported. Before and after say when, not why.
with campaign as (
    -- least() passes over NULL: a campaign without a last day goes on.
    select
        campaign.*,
        coalesce(brand.timezone, 'UTC') as timezone,
        {{ brand_day(now_at(), "coalesce(brand.timezone, 'UTC')") }} as today,
        cast(least(campaign.ends_on, today) - campaign.starts_on + 1 as integer) as days
    from {{ source("core", "campaign") }} as campaign
    left join {{ source("core", "brand") }} as brand using (brand_id)
),
named as (
    select campaign_id, unnest(list_distinct([campaign_id, name])) as name
    from campaign
),
post as (
    select
        named.campaign_id,
        count(distinct post.mention_id) as posts,
        sum(post.engagement)::bigint as engagement
    from named
    join {{ ref("post_value") }} as post on post.campaign = named.name
    join campaign
        on campaign.campaign_id = named.campaign_id
        and coalesce(campaign.brand_id, post.brand_id) = post.brand_id
    group by named.campaign_id
),
daily as (
    select brand_id, day, count(*) as mentions
    from {{ ref("brand_mention") }}
    where author_brand_id is null and not said_by_brand and not is_spam
    group by brand_id, day
),
talk as (
    select
        campaign.campaign_id,
        coalesce(sum(daily.mentions) filter (daily.day < campaign.starts_on), 0)::bigint
            as mentions_before,
        coalesce(
            sum(daily.mentions) filter (
                daily.day >= campaign.starts_on and daily.day < campaign.starts_on + campaign.days
            ), 0
        )::bigint as mentions_during,
        coalesce(sum(daily.mentions) filter (daily.day > campaign.ends_on), 0)::bigint
            as mentions_after
    from campaign
    left join daily
        on daily.brand_id = campaign.brand_id
        and daily.day >= campaign.starts_on - campaign.days
        and daily.day <= coalesce(campaign.ends_on + campaign.days, campaign.today)
    where campaign.days > 0
    group by campaign.campaign_id
),
money as (
    select
        named.campaign_id,
        count(distinct coalesce(upper(trim(cost.currency)), ''))
            filter (cost.amount is not null) as currencies,
        any_value(upper(trim(cost.currency))) as currency,
        sum(cost.amount) filter (cost.kind = 'spend') as spend,
        sum(cost.amount) filter (cost.kind <> 'spend') as economic_value,
        sum(cost.hours) as hours
    from named
    join {{ source("core", "cost") }} as cost on cost.campaign = named.name
    group by named.campaign_id
)
select
    campaign.campaign_id,
    campaign.brand_id,
    campaign.name,
    campaign.goal,
    campaign.channel,
    campaign.region,
    campaign.starts_on,
    campaign.ends_on,
    coalesce(campaign.ends_on < campaign.today, false) as is_over,
    if(campaign.days < 0, 0, campaign.days) as days_compared,
    coalesce(post.posts, 0) as posts,
    post.engagement,
    case when campaign.brand_id is not null then talk.mentions_before end as mentions_before,
    case when campaign.brand_id is not null then talk.mentions_during end as mentions_during,
    case
        when campaign.brand_id is not null and campaign.ends_on + campaign.days < campaign.today
            then talk.mentions_after
    end as mentions_after,
    case
        when campaign.brand_id is null then 'no_brand'
        when campaign.days is null then 'no_dates'
        when campaign.days <= 0 then 'not_started'
        when coalesce(campaign.ends_on + campaign.days >= campaign.today, true)
            then 'after_is_not_over'
    end as mentions_null_reason,
    case when money.currencies = 1 then money.currency end as currency,
    money.hours,
    case when money.currencies = 1 then money.spend end as spend,
    case when money.currencies = 1 then money.economic_value end as economic_value,
    case
        when money.currencies > 1 then 'mixed_currency'
        when money.economic_value is null then 'not_imported'
    end as economic_value_null_reason,
    case when money.currencies = 1 then {{ ratio("money.spend", "post.engagement") }} end
        as cost_per_engagement,
    case
        when money.currencies > 1 then 'mixed_currency'
        when money.spend is null then 'no_spend'
        when post.engagement is null then 'no_counts'
        when post.engagement = 0 then 'no_engagement'
    end as cost_per_engagement_null_reason
from campaign
left join post using (campaign_id)
left join talk using (campaign_id)
left join money using (campaign_id)
