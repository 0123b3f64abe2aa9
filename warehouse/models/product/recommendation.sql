select
    advice.recommendation_id,
    advice.brand_id,
    advice.product_id,
    advice.topic_id,
    advice.title,
    advice.status,
    advice.proposed_on,
    advice.decided_on,
    advice.implemented_on,
    (
        select count(*)
        from {{ ref("brand_mention") }} as about
        where
            about.brand_id = advice.brand_id
            and not about.said_by_brand
            and not about.is_spam
            and list_contains(about.topic_ids, advice.topic_id)
            and list_has_any(about.intents, ['suggestion', 'complaint', 'bug_report'])
    ) as mentions,
    case
        when advice.implemented_on >= advice.proposed_on
            then date_diff('day', advice.proposed_on, advice.implemented_on)
    end as days_to_market,
    case
        when advice.implemented_on is null then 'not_implemented'
        when advice.proposed_on is null then 'proposed_on_unknown'
        when advice.implemented_on < advice.proposed_on then 'implemented_before_proposed'
    end as days_to_market_null_reason
from {{ source("core", "recommendation") }} as advice
