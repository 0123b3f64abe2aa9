-- Articles about a brand, near copies (syndication) told once, with every outlet that ran them.
with told as (
    select mention_id, kind, {{ host("url") }} as outlet from {{ source("core", "mention") }}
),
-- Where people mostly answer each other is a forum, not an outlet with a few comments.
forum as (
    select outlet
    from told
    where outlet <> ''
    group by outlet
    having count(*) filter (kind = 'comment') >= count(*) filter (kind = 'post')
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
        coalesce(nullif(told.outlet, ''), about.source) as outlet
    from {{ ref("brand_mention") }} as about
    join {{ source("core", "mention") }} as mention using (mention_id)
    join told using (mention_id)
    anti join forum on forum.outlet = told.outlet
    where
        (about.source in {{ article_sources() }} or about.channel in {{ article_sources() }})
        and about.kind = 'post'
        and not about.is_spam
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
