-- Everything understood about a mention, whichever brand it is about, on one row.
{{ config(materialized="incremental") }}
{{ built_after("stale_before") }}
with intent as (
    select
        mention_id,
        list(intent order by intent) filter (intent <> 'spam') as intents,
        bool_or(intent = 'spam') as is_spam
    from {{ ref("mention_intent") }}
    group by mention_id
),
topic as (
    select mention_id, list(topic_id order by topic_id) as topic_ids
    from {{ ref("mention_topic") }}
    group by mention_id
),
flag as (
    select mention_id, list(distinct kind order by kind) as flag_kinds
    from {{ ref("mention_flag") }}
    group by mention_id
),
decided as (
    select distinct mention_id
    from {{ ref("correction_standing") }}
    where not (tagger = 'sentiment' and target <> '')
),
-- An article on a brand's own domain is the brand's own words, whoever signed it.
own_page as (
    select page.mention_id, min(domain.brand_id) as brand_id
    from (
        select mention_id, {{ host("url") }} as host
        from {{ ref("mention") }}
        where kind = 'post' and source in {{ article_sources() }}
    ) as page
    join {{ source("core", "domain") }} as domain
        on page.host = domain.domain or ends_with(page.host, '.' || domain.domain)
    group by page.mention_id
),
look as (
    select
        mention_id,
        arg_max(engagement, observed_at) as engagement,
        arg_max(reach, observed_at) as reach
    from {{ ref("engagement_snapshot") }}
    where {{ stale(of=ref("engagement_snapshot")) }}
    group by mention_id
)
select
    mention.mention_id,
    mention.published_at,
    mention.observed_at,
    mention.source,
    mention.channel,
    coalesce(found.label, nullif(mention.lang, '')) as language,
    nullif(mention.region, '') as region,
    mention.kind,
    mention.author_key,
    coalesce(author.brand_id, own_page.brand_id) as author_brand_id,
    mention.parent_id,
    coalesce(mention.thread_id, mention.mention_id) as thread_id,
    {{ host("mention.url") }} as url_host,
    mention.owned,
    mention.mapped_brand_id,
    list_sort(list_distinct(list_transform(
        regexp_extract_all(
            lower(mention.text), '(?:^|[^\p{L}\p{N}_.\-])@([\p{L}\p{N}_][\p{L}\p{N}_.\-]*(?:@[\p{L}\p{N}_.\-]+)?)', 1
        ),
        lambda name: rtrim(name, '.-')
    ))) as called_handles,
    coalesce(cluster.cluster_id, mention.mention_id) as cluster_id,
    coalesce(sentiment.sentiment, 'abstained') as sentiment,
    coalesce(intent.intents, []) as intents,
    coalesce(intent.is_spam, false) as is_spam,
    coalesce(topic.topic_ids, []) as topic_ids,
    coalesce(flag.flag_kinds, []) as flag_kinds,
    decided.mention_id is not null as corrected,
    look.engagement,
    look.reach
from {{ ref("mention") }} as mention
left join {{ source("core", "author") }} as author using (author_key)
left join own_page using (mention_id)
left join {{ ref("cluster") }} as cluster using (mention_id)
left join {{ ref("mention_sentiment") }} as sentiment using (mention_id)
left join {{ ref("mention_label") }} as found
    on found.mention_id = mention.mention_id and found.tagger = 'language'
left join intent using (mention_id)
left join topic using (mention_id)
left join flag using (mention_id)
left join decided using (mention_id)
left join look using (mention_id)
