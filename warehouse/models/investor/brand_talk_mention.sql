-- The mentions behind brand_talk.
{{ config(materialized="incremental") }}
select
    mention_id,
    brand_id,
    cast(date_trunc('month', day) as date) as month,
    published_at,
    source,
    channel,
    sentiment,
    'churn' = any(intents) as is_churn,
    'purchase' = any(intents) as is_purchase
from {{ ref("brand_mention") }}
where
    {{ stale(of=ref("brand_mention")) }}
    and author_brand_id is null
    and not said_by_brand
    and not is_spam
