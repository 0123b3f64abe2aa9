-- Articles about a brand, near copies (syndication) told once, with every outlet that ran them.
{{ config(materialized="incremental") }}
with article as (
    select
        about.brand_id,
        about.cluster_id,
        about.mention_id,
        about.published_at,
        about.sentiment,
        about.topic_ids,
        about.reach,
        mention.title,
        mention.url,
        coalesce(nullif({{ host("mention.url") }}, ''), about.source) as outlet
    from {{ ref("brand_mention") }} as about
    join {{ source("core", "mention") }} as mention using (mention_id, published_at)
    anti join {{ ref("forum") }} as forum on forum.outlet = {{ host("mention.url") }}
    where
        {{ stale("about.cluster_id", "stale_story") }}
        and (about.source in {{ article_sources() }} or about.channel in {{ article_sources() }})
        and about.kind = 'post'
        and not about.is_spam
        and not mention.private
        and about.author_brand_id is null
        and not about.said_by_brand
        and about.relation <> 'owned'
)
select
    brand_id,
    cluster_id,
    arg_min(mention_id, (published_at, mention_id)) as mention_id,
    arg_min(title, (published_at, mention_id)) as title,
    arg_min(url, (published_at, mention_id)) as url,
    arg_min(outlet, (published_at, mention_id)) as first_outlet,
    min(published_at) as published_at,
    max(published_at) as last_at,
    count(*) as articles,
    count(distinct outlet) as outlets,
    list(distinct outlet order by outlet) as outlet_hosts,
    arg_min(sentiment, (published_at, mention_id)) as sentiment,
    arg_min(topic_ids, (published_at, mention_id)) as topic_ids
from article
group by brand_id, cluster_id
