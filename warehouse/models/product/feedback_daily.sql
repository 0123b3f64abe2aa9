with said as (
    select
        day,
        brand_id,
        unnest(if(len(product_ids) = 0, ['(brand)'], product_ids)) as product_id,
        topic_ids,
        intents,
        is_spam,
        author_key,
        sentiment
    from {{ ref("brand_mention") }}
    where not said_by_brand
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
