-- How much and how kindly each brand is talked of, month by month, beside its competitors.
{{ config(materialized="incremental") }}
with month as (
    select
        cast(date_trunc('month', day) as date) as month,
        brand_id,
        any_value(brand_role) as brand_role,
        count(*) as mentions,
        count(distinct cluster_id) as mentions_deduped,
        count(distinct author_key) as authors,
        count(*) filter ('churn' = any(intents)) as churn,
        count(*) filter ('purchase' = any(intents)) as purchase,
        {{ sentiment_counts() }}
    from {{ ref("brand_mention") }}
    where {{ stale_days(period="month") }} and author_brand_id is null and not said_by_brand and not is_spam
    group by all
)
select
    month.*,
    {{ ratio("positive - negative", "negative + neutral + positive") }} as net_sentiment_of_all,
    case when negative + neutral + positive = 0 then 'none_scored' end
        as net_sentiment_null_reason
from month
