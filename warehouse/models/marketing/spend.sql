-- Money and hours as imported, by month; what came of it is stated by the same files or not at all.
-- Currencies are never converted: each has rows of its own, and hours without money theirs.
with month as (
    select
        cast(date_trunc('month', on_date) as date) as month,
        coalesce(brand_id, '(none)') as brand_id,
        coalesce(nullif(channel, ''), '(none)') as channel,
        coalesce(nullif(region, ''), '(none)') as region,
        coalesce(nullif(campaign, ''), '(none)') as campaign,
        case
            when amount is null then '(none)'
            else coalesce(nullif(upper(trim(currency)), ''), '(unknown)')
        end as currency,
        sum(amount) filter (kind = 'spend') as spend,
        sum(amount) filter (kind = 'revenue') as revenue,
        sum(amount) filter (kind = 'saving') as saving,
        sum(hours) as hours
    from {{ source("core", "cost") }}
    group by all
)
select
    *,
    case when coalesce(revenue, saving) is not null then coalesce(revenue, 0) + coalesce(saving, 0)
    end as economic_value,
    case when coalesce(revenue, saving) is null then 'not_imported' end
        as economic_value_null_reason,
    economic_value - spend as net_value,
    case
        when coalesce(revenue, saving) is null then 'no_economic_value'
        when spend is null then 'no_spend'
    end as net_value_null_reason
from month
