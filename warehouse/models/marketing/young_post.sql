-- Posts of the last two days about our brands, beside what is usual at their age: what to amplify
-- while it is young. Never what a competitor says, what speaks badly of us, or what is flagged.
with young as (
    select content.*, post.flag_kinds
    from {{ ref("content_rank") }} as content
    join {{ ref("field_post") }} as post using (mention_id, brand_id)
    join {{ source("core", "brand") }} as brand using (brand_id)
    where
        brand.role = 'own'
        and content.published_at > {{ now_at() }} - interval {{ var("young_post_hours") }} hour
),
before as (
    select
        look.mention_id,
        max(look.observed_at) as observed_at,
        arg_max(look.engagement, look.observed_at) as engagement
    from {{ ref("engagement_snapshot") }} as look
    join (select distinct mention_id, observed_at from young) as newest
        on newest.mention_id = look.mention_id and look.observed_at < newest.observed_at
    where look.engagement is not null
    group by look.mention_id
)
select
    young.mention_id,
    young.brand_id,
    young.published_at,
    young.source,
    young.channel,
    young.said_by,
    young.title,
    young.text,
    young.url,
    young.topic_ids,
    young.sentiment,
    young.observed_at,
    young.age_h,
    young.reach,
    young.engagement,
    young.usual_posts,
    young.usual_engagement,
    young.times_usual,
    young.times_usual_null_reason,
    {{ ratio(
        "3600 * (young.engagement - before.engagement)",
        seconds_between("before.observed_at", "young.observed_at"),
    ) }} as gained_per_hour,
    case
        when young.said_by = 'other_brand' then 'said_by_competitor'
        when len(young.flag_kinds) > 0 then 'flagged'
        when young.sentiment = 'negative' then 'speaks_badly'
        when young.times_usual is null then young.times_usual_null_reason
        when young.times_usual < {{ var("amplify_times_usual") }} then 'not_above_usual'
        else 'worth_amplifying'
    end as verdict
from young
left join before using (mention_id)
