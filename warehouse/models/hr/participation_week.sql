-- What a brand's declared handles say and how people take it. Nobody's private account is here.
{{ config(materialized="incremental") }}
select
    cast(date_trunc('week', {{ brand_day("tag.published_at", "brand.timezone") }}) as date) as week,
    brand.brand_id,
    tag.channel,
    count(distinct tag.author_key) as handles,
    count(*) filter (tag.parent_id is null) as posts,
    count(*) filter (tag.parent_id is not null) as replies,
    sum(tag.engagement)::bigint as engagement
from {{ ref("mention_tag") }} as tag
join {{ source("core", "author") }} as author on author.author_key = tag.author_key
join {{ source("core", "brand") }} as brand on brand.brand_id = author.brand_id
where
    brand.role = 'own'
    and {{ since("tag.published_at", "select min(day) - 2 from staging.stale_week") }}
    and {{ stale("brand.brand_id, week", "stale_week") }}
group by all
