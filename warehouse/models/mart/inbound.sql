-- What was said to an own brand: on its channels, by its @handle, in answer to it, or in a file
-- that maps it; and whatever it answered all the same. A #hashtag speaks of a brand, not to it.
{{ config(materialized="incremental") }}
with handle as (
    select distinct
        brand_id,
        lower(channel) as channel,
        split_part(ltrim(lower(handle), '@'), '@', 1) as name,
        split_part(ltrim(lower(handle), '@'), '@', 2) as host
    from {{ source("core", "handle") }}
),
called as (
    select
        mention_id,
        lower(source) as source,
        lower(channel) as channel,
        split_part(unnest(called_handles), '@', 1) as name,
        split_part(unnest(called_handles), '@', 2) as host
    from {{ ref("mention_tag") }}
    where {{ stale(of=ref("mention_tag")) }}
),
-- A name is the brand's on the platform it is declared for, and on the server it names. A file
-- that names no platform leaves it open.
tagged as (
    select called.mention_id, handle.brand_id, true as is_tagged
    from called
    join handle
        on handle.name = called.name
        and (
            handle.channel in (called.source, called.channel)
            or coalesce(called.channel, '') in ('', 'drop')
        )
        and (handle.host = called.host or '' in (handle.host, called.host))
    group by all
),
said as (
    select
        about.mention_id,
        about.brand_id,
        case
            when about.relation = 'owned' then 'owned'
            when tagged.is_tagged then 'tagged'
            when about.mapped then 'mapped'
        end as addressed_by
    from {{ ref("brand_mention") }} as about
    left join tagged using (mention_id, brand_id)
    where {{ stale("about.mention_id", of=ref("brand_mention")) }}
    union all
    select answer.mention_id, asked.author_brand_id, 'reply'
    from {{ ref("mention_tag") }} as answer
    join {{ ref("mention_tag") }} as asked on asked.mention_id = answer.parent_id
    where
        asked.author_brand_id is not null
        and {{ stale("answer.mention_id", of=ref("mention_tag")) }}
    union all
    select parent_id, brand_id, 'answered'
    from {{ ref("own_reply") }}
    where {{ stale("parent_id") }}
),
addressed as (
    select
        mention_id,
        brand_id,
        arg_min(
            addressed_by,
            list_position(['owned', 'tagged', 'reply', 'mapped', 'answered'], addressed_by)
        ) as addressed_by
    from said
    where addressed_by is not null
    group by mention_id, brand_id
)
select
    addressed.mention_id,
    addressed.brand_id,
    {{ brand_day("tag.published_at", "brand.timezone") }} as day,
    tag.published_at as inbound_at,
    addressed.addressed_by,
    addressed.addressed_by <> 'answered'
    and not tag.is_spam
    and list_has_any(tag.intents, ['complaint', 'question', 'support', 'bug_report', 'churn'])
        as needs_reply,
    tag.kind,
    tag.source,
    tag.channel,
    tag.language,
    tag.region,
    coalesce(about.product_ids, []) as product_ids,
    tag.topic_ids,
    tag.author_key,
    tag.parent_id,
    tag.thread_id,
    brand.response_minutes
from addressed
join (
    select * from {{ ref("mention_tag") }} where {{ stale(of=ref("mention_tag")) }}
) as tag using (mention_id)
left join (
    select mention_id, brand_id, product_ids from {{ ref("brand_mention") }} where {{ stale(of=ref("brand_mention")) }}
) as about
    on about.mention_id = addressed.mention_id
    and about.brand_id = addressed.brand_id
join {{ source("core", "brand") }} as brand on brand.brand_id = addressed.brand_id
where
    brand.role = 'own'
    and tag.author_brand_id is distinct from addressed.brand_id
    and tag.kind <> 'share'
