{{ config(materialized="incremental") }}
with counted as (
    select
        day,
        brand_id,
        count(*) as mentions,
        count(distinct author_key) as authors,
        {{ sentiment_counts() }}
    from {{ ref("brand_mention") }}
    where {{ stale_days() }} and author_brand_id is null and not said_by_brand and not is_spam
    group by day, brand_id
)
select
    counted.*,
    negative + neutral + positive as scored,
    coverage.coverage,
    {{ ratio("positive - negative", "negative + neutral + positive") }} as net_sentiment_of_all,
    {{ ratio("positive - negative", "negative + positive") }} as net_sentiment_of_polar,
    case
        when negative + neutral + positive = 0 then 'none_scored'
        when negative + positive = 0 then 'none_polar'
    end as net_sentiment_null_reason
from counted
left join {{ ref("coverage_day") }} as coverage using (day, brand_id)
