-- What the people who mention a brand also mention: other brands of the brand file, topics, problems
-- (topics they complain about), interests (what they speak of when they speak of no brand), firms
-- and products that no brand file names (`other_brand`), and other names that are no persons. A name
-- is one in any case; the commonest spelling is shown. Groups may tell of religion or origin, which
-- nobody is to infer: they are left out, and so are cells of few people.
with about as (
    select mention_id, brand_id
    from {{ ref("brand_mention") }}
    where published_at >= {{ now_at() }} - interval {{ var("audience_days") }} day
),
said as (
    select
        tag.mention_id,
        tag.author_key,
        tag.topic_ids,
        list_has_any(tag.intents, ['complaint', 'bug_report']) as is_problem
    from {{ ref("mention_tag") }} as tag
    where
        tag.author_key is not null
        and tag.author_brand_id is null
        and not tag.is_spam
        and tag.published_at >= {{ now_at() }} - interval {{ var("audience_days") }} day
),
speaker as (
    select distinct about.brand_id, said.author_key
    from about
    join said using (mention_id)
),
-- Everybody is whoever mentions any brand: shares of them are shares of one group.
heard as (
    select said.*, spoken.mention_id is null as is_elsewhere
    from said
    semi join speaker using (author_key)
    left join (select distinct mention_id from about) as spoken using (mention_id)
),
declared as (
    select lower(unnest(list_concat([name, brand_id], aliases))) as name from {{ source("core", "brand") }}
    union
    select lower(unnest(list_concat([name, product_id], aliases))) from {{ source("core", "product") }}
),
named as (
    select
        case when entity.type in ('corporation', 'product') then 'other_brand' else 'name' end
            as kind,
        coalesce(entity.canonical, entity.text) as thing,
        heard.author_key,
        heard.is_elsewhere and entity.type = 'creative-work' as is_interest
    from {{ source("core", "entity") }} as entity
    join heard using (mention_id)
    anti join {{ ref("withheld_mention") }} using (mention_id)
    anti join declared on declared.name = lower(coalesce(entity.canonical, entity.text))
    where entity.type in ('corporation', 'product', 'location', 'creative-work')
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
    select 'topic', unnest(topic_ids), author_key from heard
    union
    select 'problem', unnest(topic_ids), author_key from heard where is_problem
    union
    select 'interest', unnest(topic_ids), author_key from heard where is_elsewhere
    union
    select spelled.kind, spelled.thing, named.author_key
    from named
    join spelled on named.kind = spelled.kind and lower(named.thing) = spelled.folded
    union
    select 'interest', spelled.thing, named.author_key
    from named
    join spelled on named.kind = spelled.kind and lower(named.thing) = spelled.folded
    where named.is_interest
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
