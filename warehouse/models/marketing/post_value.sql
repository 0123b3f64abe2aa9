-- What brands posted, each at its look nearest to a week of age, so that old and young posts can be
-- added up; with the money that files state for it, never guessed and never converted.
{{ config(materialized="incremental") }}
with own as (
    select about.*, mention.region, mention.campaign, mention.native_id, mention.url
    from {{ ref("brand_mention") }} as about
    join {{ ref("mention") }} as mention using (mention_id)
    where
        {{ stale("about.mention_id", of=ref("brand_mention")) }}
        and about.kind = 'post'
        and about.parent_id is null
        and mention.private is not true
        and (
            about.said_by_brand
            or (
                about.author_brand_id is null
                and about.brand_role = 'own'
                and (
                    about.on_own_channel
                    or mention.arm is not null
                    or mention.campaign is not null
                )
            )
        )
),
look as (
    select post.*
    from {{ ref("post_metric") }} as post
    semi join own using (mention_id)
    where
        {{ stale("post.mention_id", of=ref("post_metric")) }}
        and coalesce(post.engagement, post.reach) is not null
    qualify row_number() over (
        partition by post.mention_id
        order by abs(post.age_s - 86400 * {{ var("post_value_days") }}), post.observed_at desc
    ) = 1
),
named as (
    select mention_id, brand_id, unnest(list_distinct([mention_id, native_id, url])) as name
    from own
),
money as (
    select
        named.mention_id,
        named.brand_id,
        count(distinct coalesce(upper(trim(cost.currency)), '')) filter (cost.amount is not null) as currencies,
        any_value(upper(trim(cost.currency))) as currency,
        sum(cost.amount) filter (cost.kind = 'spend') as spend,
        sum(cost.amount) filter (cost.kind <> 'spend') as economic_value,
        sum(cost.hours) as hours
    from named
    join {{ source("core", "cost") }} as cost
        on cost.post = named.name and coalesce(cost.brand_id, named.brand_id) = named.brand_id
    where named.name <> ''
    group by all
)
select
    own.mention_id,
    own.brand_id,
    own.brand_role,
    own.published_at,
    cast(date_trunc('week', own.day) as date) as week,
    own.channel,
    own.region,
    own.campaign,
    look.observed_at,
    look.age_s,
    look.reach,
    look.reach_kind,
    look.followers,
    look.engagement,
    look.conversation,
    look.amplification,
    look.applause,
    look.virality,
    coalesce(look.virality_null_reason, if(look.mention_id is null, 'no_counts', null))
        as virality_null_reason,
    case when money.currencies = 1 then money.currency end as currency,
    case when money.currencies = 1 then money.spend end as spend,
    case when money.currencies = 1 then money.economic_value end as economic_value,
    case
        when money.currencies > 1 then 'mixed_currency'
        when money.economic_value is null then 'not_imported'
    end as economic_value_null_reason,
    money.hours
from own
left join look using (mention_id)
left join money using (mention_id, brand_id)
