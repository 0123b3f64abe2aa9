-- A mention once for each brand it is about: what every team's counts are made of.
{{ config(materialized="incremental") }}
with about as (
    select
        mention_id,
        brand_id,
        arg_min(relation, list_position(['owned', 'tagged', 'untagged', 'off_channel'], relation))
            as relation,
        coalesce(list(distinct product_id order by product_id) filter (product_id <> ''), [])
            as product_ids
    from {{ ref("mention_brand") }}
    group by mention_id, brand_id
)
select
    about.mention_id,
    about.brand_id,
    brand.role as brand_role,
    {{ brand_day("tag.published_at", "brand.timezone") }} as day,
    about.relation,
    about.product_ids,
    tag.author_brand_id is not distinct from about.brand_id as said_by_brand,
    tag.owned as on_own_channel,
    tag.mapped_brand_id is not distinct from about.brand_id as mapped,
    tag.published_at,
    tag.source,
    tag.channel,
    tag.language,
    tag.region,
    tag.kind,
    tag.author_key,
    tag.author_brand_id,
    tag.parent_id,
    tag.thread_id,
    tag.cluster_id,
    towards.sentiment,
    towards.sentiment_of,
    tag.intents,
    tag.is_spam,
    tag.topic_ids,
    tag.flag_kinds,
    tag.corrected or towards.corrected as corrected,
    tag.engagement,
    tag.reach
from about
join (
    select * from {{ ref("mention_tag") }} where {{ stale(of=ref("mention_tag")) }}
) as tag using (mention_id)
join {{ source("core", "brand") }} as brand using (brand_id)
join (
    select * from {{ ref("brand_sentiment") }} where product_id = '' and {{ stale(of=ref("brand_sentiment")) }}
) as towards
    on towards.mention_id = about.mention_id
    and towards.brand_id = about.brand_id
