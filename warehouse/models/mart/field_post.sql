-- Posts in a brand's field, and those of its industry: heard by our queries, about no brand that
-- the brand files name. Private messages are no posts.
{{ config(materialized="incremental") }}
select
    about.mention_id,
    about.brand_id,
    about.published_at,
    about.source,
    about.channel,
    case
        when about.said_by_brand then 'brand'
        when about.author_brand_id is not null then 'other_brand'
        when about.source in {{ article_sources() }} then 'media'
        else 'public'
    end as said_by,
    about.topic_ids,
    about.sentiment,
    about.flag_kinds
from {{ ref("brand_mention") }} as about
anti join (select mention_id from {{ ref("mention") }} where private) as message using (mention_id)
where
    {{ stale("about.mention_id", of=ref("brand_mention")) }}
    and about.kind = 'post'
    and not about.is_spam
union all
select
    tag.mention_id,
    '(industry)',
    tag.published_at,
    tag.source,
    tag.channel,
    case
        when tag.author_brand_id is not null then 'other_brand'
        when tag.source in {{ article_sources() }} then 'media'
        else 'public'
    end,
    tag.topic_ids,
    tag.sentiment,
    tag.flag_kinds
from {{ ref("mention_tag") }} as tag
anti join (
    select mention_id from {{ ref("brand_mention") }} where {{ stale(of=ref("brand_mention")) }}
) as about using (mention_id)
anti join (select mention_id from {{ ref("mention") }} where private) as message using (mention_id)
where {{ stale("tag.mention_id", of=ref("mention_tag")) }} and tag.kind = 'post' and not tag.is_spam
