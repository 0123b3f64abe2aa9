-- Every look at every post about a brand or by it. A mention about two brands is one post.
with about as (
    select
        mention_id,
        list(brand_id order by brand_id) as brand_ids,
        bool_or(said_by_brand) as is_own
    from {{ ref("brand_mention") }}
    group by mention_id
)
select
    look.mention_id,
    look.observed_at,
    look.published_at,
    mention.source,
    mention.channel,
    mention.region,
    mention.campaign,
    coalesce(about.brand_ids, []) as brand_ids,
    coalesce(about.is_own, false) as is_own,
    {{ seconds_between("look.published_at", "look.observed_at") }} as age_s,
    look.reach,
    look.reach_kind,
    look.followers,
    look.engagement,
    look.conversation,
    look.shares as amplification,
    look.likes as applause,
    mention.channel = 'reddit' as applause_is_net,
    {{ ratio("look.engagement", "look.followers") }} as virality,
    case
        when look.engagement is null then 'no_counts'
        when look.followers is null then 'no_followers'
        when look.followers = 0 then 'zero_followers'
    end as virality_null_reason
from {{ ref("engagement_snapshot") }} as look
join {{ source("core", "mention") }} as mention using (mention_id)
left join about using (mention_id)
