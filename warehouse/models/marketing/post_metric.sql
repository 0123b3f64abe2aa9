-- Every look at every post about a brand or by it. A mention about two brands is one post; a private
-- message is none.
-- Virality divides by fans, and only a brand's own page has fans of the brand: what a declared
-- handle posted, what one of the brand's own channels serves as a post, and the arms of its
-- experiments. Anybody else's followers are no fans.
{{ config(materialized="incremental") }}
with about as (
    select
        mention_id,
        list(brand_id order by brand_id) as brand_ids,
        bool_or(said_by_brand) as is_own
    from {{ ref("brand_mention") }}
    where {{ stale(of=ref("brand_mention")) }}
    group by mention_id
),
post as (
    select
        mention.mention_id,
        mention.source,
        mention.channel,
        mention.region,
        mention.campaign,
        tag.author_brand_id is not null
        or (tag.owned and tag.kind = 'post')
        or mention.arm is not null as is_on_channel
    from {{ ref("mention") }} as mention
    join {{ ref("mention_tag") }} as tag using (mention_id)
    where {{ stale("tag.mention_id", of=ref("mention_tag")) }} and mention.private is not true
)
select
    look.mention_id,
    look.observed_at,
    look.published_at,
    post.source,
    post.channel,
    post.region,
    post.campaign,
    coalesce(about.brand_ids, []) as brand_ids,
    coalesce(about.is_own, false) as is_own,
    post.is_on_channel,
    {{ seconds_between("look.published_at", "look.observed_at") }} as age_s,
    look.reach,
    look.reach_kind,
    look.followers,
    look.engagement,
    look.conversation,
    look.shares as amplification,
    look.likes as applause,
    post.channel = 'reddit' as applause_is_net,
    case when post.is_on_channel then {{ ratio("look.engagement", "look.followers") }} end
        as virality,
    case
        when not post.is_on_channel then 'off_channel'
        when look.engagement is null then 'no_counts'
        when look.followers is null then 'no_followers'
        when look.followers = 0 then 'zero_followers'
    end as virality_null_reason
from {{ ref("engagement_snapshot") }} as look
join post using (mention_id)
left join about using (mention_id)
where {{ stale("look.mention_id", of=ref("engagement_snapshot")) }}
