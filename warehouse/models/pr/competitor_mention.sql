-- What people say of a competitor, in their words, and whom they prefer where they name both.
{{ config(materialized="incremental") }}
with pair as (
    select about.*, pair.brand_id as own_brand_id
    from {{ ref("brand_mention") }} as about
    join {{ source("core", "competitor") }} as pair on pair.competitor_id = about.brand_id
    where
        {{ stale("about.mention_id", of=ref("brand_mention")) }}
        and about.author_brand_id is null
        and not about.said_by_brand
        and not about.is_spam
        and about.relation <> 'owned'
)
select
    pair.mention_id,
    pair.own_brand_id as brand_id,
    pair.brand_id as competitor_id,
    pair.day,
    pair.published_at,
    pair.source,
    pair.channel,
    pair.kind,
    pair.cluster_id,
    {{ shown_text("pair.mention_id", "mention.title") }} as title,
    {{ shown_text("pair.mention_id", "mention.text") }} as text,
    {{ public_url("mention.url", "author.handle") }} as url,
    pair.product_ids,
    pair.topic_ids,
    pair.intents,
    pair.sentiment,
    own.mention_id is not null as names_us,
    own.sentiment as our_sentiment,
    case
        when {{ mood("own.sentiment") }} > {{ mood("pair.sentiment") }} then 'us'
        when {{ mood("own.sentiment") }} < {{ mood("pair.sentiment") }} then 'them'
    end as prefers,
    pair.engagement
from pair
left join (
    select mention_id, brand_id, sentiment from {{ ref("brand_mention") }} where {{ stale(of=ref("brand_mention")) }}
) as own
    on own.mention_id = pair.mention_id and own.brand_id = pair.own_brand_id
join {{ ref("mention") }} as mention on mention.mention_id = pair.mention_id
left join {{ source("core", "author") }} as author on author.author_key = mention.author_key
