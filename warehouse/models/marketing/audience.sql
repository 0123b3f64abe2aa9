-- What the people who mention a brand also mention: other brands, topics, and names that are
-- no persons. Cells of few people are left out.
with speaker as (
    select distinct brand_id, author_key
    from {{ ref("brand_mention") }}
    where author_key is not null and author_brand_id is null and not is_spam
),
thing as (
    select 'brand' as kind, brand_id as thing, author_key from speaker
    union
    select 'topic', unnest(topic_ids), author_key
    from {{ ref("mention_tag") }}
    where author_key is not null and author_brand_id is null and not is_spam
    union
    select 'name', coalesce(entity.canonical, entity.text), tag.author_key
    from {{ source("core", "entity") }} as entity
    join {{ ref("mention_tag") }} as tag using (mention_id)
    where
        entity.type in ('ORG', 'PRODUCT', 'GPE', 'LOC', 'EVENT', 'WORK_OF_ART', 'FAC')
        and tag.author_key is not null
        and tag.author_brand_id is null
        and not tag.is_spam
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
