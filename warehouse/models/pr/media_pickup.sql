-- Articles about a brand, near copies (syndication) told once, with every outlet that ran them.
{{ config(materialized="incremental") }}
with about as (
    select *
    from {{ ref("brand_mention") }}
    where
        {{ stale("cluster_id", "stale_story", wide=ref("brand_mention")) }}
        and (source in {{ article_sources() }} or channel in {{ article_sources() }})
        and kind = 'post'
        and not is_spam
        and author_brand_id is null
        and not said_by_brand
        and relation <> 'owned'
),
article as (
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
    from about
    join {{ few(source("core", "mention"), "mention_id", "select mention_id from about") }} as mention
        using (mention_id, published_at)
    anti join {{ ref("forum") }} as forum on forum.outlet = {{ host("mention.url") }}
    where not mention.private
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
