{{ config(materialized="incremental") }}
select
    about.mention_id,
    about.brand_id,
    about.day,
    about.published_at,
    about.source,
    about.channel,
    about.language,
    about.region,
    about.kind,
    about.relation,
    {{ shown_text("about.mention_id", "mention.title") }} as title,
    {{ shown_text("about.mention_id", "mention.text") }} as text,
    {{ public_url("mention.url", "author.handle") }} as url,
    about.product_ids,
    about.topic_ids,
    about.intents,
    about.is_spam,
    about.sentiment,
    about.corrected,
    mention.rating,
    about.cluster_id,
    about.engagement
from {{ ref("brand_mention") }} as about
join {{ ref("mention") }} as mention using (mention_id)
left join {{ source("core", "author") }} as author on author.author_key = mention.author_key
where {{ stale("about.mention_id", of=ref("brand_mention")) }} and not about.said_by_brand
