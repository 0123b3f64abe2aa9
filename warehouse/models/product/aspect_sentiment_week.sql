-- What is thought of each part of a product: of its battery, its price. Where a mention speaks of
-- several topics of a product, which of them it likes was not judged: it counts apart.
{{ config(materialized="incremental") }}
with said as (
    select
        about.mention_id,
        about.brand_id,
        cast(date_trunc('week', about.day) as date) as week,
        unnest(if(len(about.product_ids) = 0, ['(brand)'], about.product_ids)) as product_id,
        about.topic_ids,
        len(about.topic_ids) > 1 as is_several,
        about.author_key,
        about.cluster_id,
        about.sentiment,
        about.sentiment_of
    from {{ ref("brand_mention") }} as about
    where
        {{ stale_days("about.brand_id, about.day", "week") }}
        and not about.said_by_brand
        and not about.is_spam
        and len(about.topic_ids) > 0
),
towards as (
    select mention_id, brand_id, product_id, sentiment, sentiment_of
    from {{ ref("brand_sentiment") }}
    {%- if is_partial() %}
    where mention_id in (select mention_id from said)
    {%- endif %}
),
-- Of a product, what is thought of that product.
judged as (
    select
        said.* exclude (sentiment, sentiment_of, topic_ids),
        unnest(said.topic_ids) as topic_id,
        coalesce(towards.sentiment, said.sentiment) as sentiment,
        coalesce(towards.sentiment_of, said.sentiment_of) as sentiment_of
    from said
    left join towards using (mention_id, brand_id, product_id)
),
counted as (
    select
        brand_id,
        product_id,
        topic_id,
        week,
        count(*) as mentions,
        count(distinct cluster_id) as mentions_deduped,
        count(distinct author_key) as authors,
        {{ sentiment_counts("if(is_several, null, sentiment)") }},
        count(*) filter (is_several) as several_topics,
        count(*) filter (
            not is_several and sentiment <> 'abstained' and sentiment_of = 'target'
        ) as judged_towards
    from judged
    group by all
)
select
    *,
    negative + neutral + positive as scored,
    {{ ratio("positive - negative", "negative + neutral + positive") }} as net_sentiment_of_all,
    case when negative + neutral + positive = 0 then 'none_scored' end as net_sentiment_null_reason
from counted
