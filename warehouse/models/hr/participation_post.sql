-- What our brands' declared handles said, behind participation_week.
{{ config(materialized="incremental") }}
select
    tag.mention_id,
    brand.brand_id,
    cast(date_trunc('week', {{ brand_day("tag.published_at", "brand.timezone") }}) as date) as week,
    tag.published_at,
    tag.channel,
    tag.parent_id is not null as is_reply,
    tag.engagement,
    nullif(mention.url, '') as url
from {{ ref("mention_tag") }} as tag
join {{ ref("mention") }} as mention using (mention_id)
join {{ source("core", "author") }} as author on author.author_key = tag.author_key
join {{ source("core", "brand") }} as brand on brand.brand_id = author.brand_id
where {{ stale("tag.mention_id", of=ref("mention_tag")) }} and brand.role = 'own'
