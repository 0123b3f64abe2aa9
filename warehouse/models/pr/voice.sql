-- The mentions behind PR's numbers: which of them counts in what.
{{ config(materialized="incremental") }}
select
    about.mention_id,
    about.brand_id,
    about.brand_role,
    about.day,
    about.published_at,
    about.source,
    about.channel,
    about.language,
    about.region,
    about.relation,
    about.product_ids,
    about.topic_ids,
    about.intents,
    about.sentiment,
    bad.mention_id is not null as is_bad,
    about.relation <> 'owned' as is_voice,
    about.cluster_id,
    about.engagement,
    about.reach
from {{ ref("brand_mention") }} as about
left join (
    select distinct mention_id, brand_id from {{ ref("bad_mention") }} where {{ stale(of=ref("bad_mention")) }}
) as bad
    on bad.mention_id = about.mention_id and bad.brand_id = about.brand_id
where
    {{ stale("about.mention_id", of=ref("brand_mention")) }}
    and about.author_brand_id is null
    and not about.said_by_brand
    and not about.is_spam
