{{ config(materialized="incremental") }}
with named as (
    select
        *, unnest(if(len(product_ids) = 0, ['(brand)'], product_ids)) as product_id
    from {{ ref("brand_mention") }}
    where {{ stale_days() }} and not said_by_brand
),
towards as (
    select mention_id, brand_id, product_id, sentiment
    from {{ ref("brand_sentiment") }}
    {%- if is_partial() %}
    where mention_id in (select mention_id from named)
    {%- endif %}
),
-- Of a product, what is thought of that product.
said as (
    select
        named.day,
        named.brand_id,
        named.product_id,
        named.topic_ids,
        named.intents,
        named.is_spam,
        named.author_key,
        coalesce(towards.sentiment, named.sentiment) as sentiment
    from named
    left join towards using (mention_id, brand_id, product_id)
),
by_topic as (
    select said.*, unnest(if(len(topic_ids) = 0, ['(none)'], topic_ids)) as topic_id from said
),
by_intent as (
    select
        by_topic.*,
        unnest(
            case
                when is_spam then ['spam']
                when len(intents) = 0 then ['(none)']
                else intents
            end
        ) as intent
    from by_topic
)
select
    day,
    brand_id,
    product_id,
    topic_id,
    intent,
    count(*) as mentions,
    count(distinct author_key) as authors,
    {{ sentiment_counts() }}
from by_intent
group by all
