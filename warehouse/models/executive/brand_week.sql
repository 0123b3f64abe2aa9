with week as (
    select
        cast(date_trunc('week', day) as date) as week,
        brand_id,
        any_value(brand_role) as brand_role,
        sum(mentions)::bigint as mentions,
        sum(mentions_deduped)::bigint as mentions_deduped,
        sum(mentions_all_brands)::bigint as mentions_all_brands,
        case
            when bool_and(coverage = 'complete') then 'complete'
            when bool_and(coverage = 'unknown') then 'unknown'
            else 'partial'
        end as coverage
    from {{ ref("share_of_voice_daily") }}
    group by all
),
mood as (
    select
        cast(date_trunc('week', day) as date) as week,
        brand_id,
        sum(negative)::bigint as negative,
        sum(neutral)::bigint as neutral,
        sum(positive)::bigint as positive,
        sum(abstained)::bigint as abstained
    from {{ ref("sentiment_daily") }}
    group by all
),
care as (
    select
        cast(date_trunc('week', day) as date) as week,
        brand_id,
        sum(inbound)::bigint as inbound,
        sum(answered_in_time)::bigint as answered_in_time
    from {{ ref("response_daily") }}
    group by all
)
select
    week.*,
    coalesce(mood.negative, 0) as negative,
    coalesce(mood.neutral, 0) as neutral,
    coalesce(mood.positive, 0) as positive,
    coalesce(mood.abstained, 0) as abstained,
    case when week.brand_role = 'own' then coalesce(care.inbound, 0) end as inbound,
    case when week.brand_role = 'own' then coalesce(care.answered_in_time, 0) end
        as answered_in_time,
    {{ ratio("week.mentions", "week.mentions_all_brands") }} as share_of_voice,
    case
        when week.mentions_all_brands is null then 'no_competitors'
        when week.mentions_all_brands = 0 then 'no_mentions'
    end as share_null_reason,
    {{ ratio("mood.positive - mood.negative", "mood.negative + mood.neutral + mood.positive") }}
        as net_sentiment_of_all,
    case when coalesce(mood.negative + mood.neutral + mood.positive, 0) = 0 then 'none_scored' end
        as net_sentiment_null_reason,
    case when week.brand_role = 'own' then {{ ratio("care.answered_in_time", "care.inbound") }} end
        as response_rate,
    case
        when week.brand_role <> 'own' then 'competitor'
        when coalesce(care.inbound, 0) = 0 then 'nothing_needed_a_reply'
    end as response_rate_null_reason
from week
left join mood using (week, brand_id)
left join care using (week, brand_id)
