-- What the people who mention a brand also mention: other brands of the brand file, topics,
-- firms and products that no brand file names (`other_brand`), and other names that are no
-- persons. A name is one in any case; the commonest spelling is shown. Cells of few people are
-- left out.
with speaker as (
    select distinct brand_id, author_key
    from {{ ref("brand_mention") }}
    where author_key is not null and author_brand_id is null and not is_spam
),
named as (
    select
        case when entity.type in ('corporation', 'product') then 'other_brand' else 'name' end
            as kind,
        coalesce(entity.canonical, entity.text) as thing,
        tag.author_key
    from {{ source("core", "entity") }} as entity
    join {{ ref("mention_tag") }} as tag using (mention_id)
    left join {{ source("core", "product") }} as product
        on lower(coalesce(entity.canonical, entity.text)) = lower(product.name)
    where
        entity.type in ('corporation', 'product', 'location', 'group', 'creative-work')
        and product.product_id is null
        and tag.author_key is not null
        and tag.author_brand_id is null
        and not tag.is_spam
),
written as (
    select kind, lower(thing) as folded, thing, count(*) as times from named group by all
),
spelled as (
    select kind, folded, max(struct_pack(times := times, thing := thing)).thing as thing
    from written
    group by kind, folded
),
thing as (
    select 'brand' as kind, brand_id as thing, author_key from speaker
    union
    select 'topic', unnest(topic_ids), author_key
    from {{ ref("mention_tag") }}
    where author_key is not null and author_brand_id is null and not is_spam
    union
    select spelled.kind, spelled.thing, named.author_key
    from named
    join spelled on named.kind = spelled.kind and lower(named.thing) = spelled.folded
),
sized as (
    select speaker.brand_id, count(*) as authors_brand from speaker group by brand_id
),
spread as (
    select kind, thing, count(*) as authors_thing from thing group by kind, thing
),
together as (
    select speaker.brand_id, thing.kind, thing.thing, count(*) as authors
    from speaker
    join thing using (author_key)
    where not (thing.kind = 'brand' and thing.thing = speaker.brand_id)
    group by all
    having count(*) >= {{ var("audience_min_authors") }}
)
select
    together.brand_id,
    together.kind,
    together.thing,
    together.authors,
    sized.authors_brand,
    spread.authors_thing,
    (
        select count(distinct author_key) from speaker
    ) as authors_all,
    {{ ratio("together.authors", "sized.authors_brand") }} as share_of_audience
from together
join sized using (brand_id)
join spread using (kind, thing)
