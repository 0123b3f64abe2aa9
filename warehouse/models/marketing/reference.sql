-- Where a brand is spoken of and by whom, by week: channels, outlets, and whether it is linked to.
{{ config(materialized="incremental") }}
with about as (
    select *
    from {{ ref("brand_mention") }}
    where
        {{ stale_days(period="week") }}
        and not said_by_brand
        and not is_spam
),
linked as (
    select distinct mention.mention_id, domain.brand_id
    from (
        select
            mention_id,
            unnest(regexp_extract_all(
                lower(text), 'https?://(?:[^\s/@]*@)?(?:www\.)?([\p{L}\p{N}.-]+)', 1
            )) as host
        from {{ source("core", "mention") }}
        semi join about using (mention_id, published_at)
        where contains(text, '://')
    ) as mention
    join {{ source("core", "domain") }} as domain
        on rtrim(mention.host, '.') = domain.domain
        or ends_with(rtrim(mention.host, '.'), '.' || domain.domain)
),
heard as (
    select
        cast(date_trunc('week', about.day) as date) as week,
        about.brand_id,
        about.source,
        about.channel,
        case
            when about.source in {{ article_sources() }}
                then coalesce(nullif({{ host("mention.url") }}, ''), '(unknown)')
            else '(none)'
        end as outlet,
        about.relation,
        case
            when about.author_brand_id is not null then 'other_brand'
            when about.source in {{ article_sources() }} then 'media'
            else 'public'
        end as said_by,
        about.cluster_id,
        about.author_key,
        about.engagement,
        linked.mention_id is not null as has_link,
        mention.campaign is not null as is_of_campaign
    from about
    join {{ source("core", "mention") }} as mention using (mention_id, published_at)
    left join linked on linked.mention_id = about.mention_id and linked.brand_id = about.brand_id
)
select
    week,
    brand_id,
    source,
    channel,
    outlet,
    relation,
    said_by,
    count(*) as mentions,
    count(distinct cluster_id) as mentions_deduped,
    count(distinct author_key) as authors,
    sum(engagement)::bigint as engagement,
    count(*) filter (has_link) as mentions_with_link,
    count(*) filter (is_of_campaign) as mentions_of_campaign
from heard
group by all
