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
spoken as (
    select
        about.*,
        mention.url,
        mention.campaign,
        if(contains(mention.text, '://'), lower(mention.text), '') as text
    from about
    join {{ source("core", "mention") }} as mention using (mention_id, published_at)
),
linked as (
    select distinct mention.mention_id, domain.brand_id
    from (
        select
            mention_id,
            unnest(regexp_extract_all(
                text, 'https?://(?:[^\s/@]*@)?(?:www\.)?([\p{L}\p{N}.-]+)', 1
            )) as host
        from spoken
    ) as mention
    join {{ source("core", "domain") }} as domain
        on rtrim(mention.host, '.') = domain.domain
        or ends_with(rtrim(mention.host, '.'), '.' || domain.domain)
),
heard as (
    select
        cast(date_trunc('week', spoken.day) as date) as week,
        spoken.brand_id,
        spoken.source,
        spoken.channel,
        case
            when spoken.source in {{ article_sources() }}
                then coalesce(nullif({{ host("spoken.url") }}, ''), '(unknown)')
            else '(none)'
        end as outlet,
        spoken.relation,
        case
            when spoken.author_brand_id is not null then 'other_brand'
            when spoken.source in {{ article_sources() }} then 'media'
            else 'public'
        end as said_by,
        spoken.cluster_id,
        spoken.author_key,
        spoken.engagement,
        linked.mention_id is not null as has_link,
        spoken.campaign is not null as is_of_campaign
    from spoken
    left join linked on linked.mention_id = spoken.mention_id and linked.brand_id = spoken.brand_id
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
