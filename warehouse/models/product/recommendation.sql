-- What product was advised to do: imported, or proposed and decided at the desk. Of a file and a
-- person the later word stands, by day.
with word as (
    select * from {{ source("core", "decision") }} where kind = 'recommendation'
),
desk as (
    select
        subject_id as recommendation_id,
        {% for name in ("title", "brand_id", "product_id", "topic_id") %}
        arg_max({{ said_field(name) }}, {{ decision_order() }}) as {{ name }},
        {% endfor %}
        arg_max({{ said_field("duplicate_of") }}, {{ decision_order() }})
            filter (action = 'merge') as duplicate_of,
        arg_max(action, {{ decision_order() }}) filter (action <> 'merge') as last_action,
        cast(max(effective_at) filter (action <> 'merge') as date) as last_on,
        cast(min(effective_at) filter (action = 'propose') as date) as proposed_on,
        cast(max(effective_at) filter (action in ('accept', 'reject')) as date) as decided_on,
        cast(max(effective_at) filter (action = 'implement') as date) as implemented_on
    from word
    group by subject_id
),
joined as (
    select
        recommendation_id,
        coalesce(file.brand_id, desk.brand_id) as brand_id,
        coalesce(file.product_id, desk.product_id) as product_id,
        coalesce(file.topic_id, desk.topic_id) as topic_id,
        coalesce(file.title, desk.title, '(untitled)') as title,
        desk.last_action is not null and (
            file.recommendation_id is null
            or coalesce(
                desk.last_on >= greatest(file.proposed_on, file.decided_on, file.implemented_on),
                true
            )
        ) as is_desk,
        desk.last_action,
        desk.duplicate_of,
        file.status as file_status,
        coalesce(file.proposed_on, desk.proposed_on) as proposed_on,
        file.decided_on as file_decided_on,
        desk.decided_on as desk_decided_on,
        coalesce(file.implemented_on, desk.implemented_on) as implemented_on
    from {{ source("core", "recommendation") }} as file
    full join desk using (recommendation_id)
),
stated as (
    select
        *,
        if(
            is_desk,
            case last_action
                when 'propose' then 'proposed'
                when 'accept' then 'accepted'
                when 'implement' then 'implemented'
                when 'reject' then 'rejected'
            end,
            file_status
        ) as status,
        if(
            is_desk,
            coalesce(desk_decided_on, file_decided_on),
            coalesce(file_decided_on, desk_decided_on)
        ) as decided_on
    from joined
),
-- The same advice twice: as a person says, or with the same brand, product, topic and words.
alike as (
    select
        *,
        first_value(recommendation_id) over (
            partition by
                brand_id, product_id, topic_id,
                trim(regexp_replace(lower(title), '[^\p{L}\p{N}]+', ' ', 'g'))
            order by proposed_on nulls last, recommendation_id
        ) as first_id
    from stated
),
-- Who asks for such a thing, by day; (all) stands for any product or topic.
wished as (
    select
        brand_id,
        unnest(['(all)'] || product_ids) as product_id,
        topic_ids,
        day,
        mention_id
    from {{ ref("brand_mention") }}
    where
        not said_by_brand
        and not is_spam
        and list_has_any(intents, ['suggestion', 'complaint', 'bug_report'])
),
wish as (
    select brand_id, product_id, topic_id, day, count(*) as mentions
    from (select wished.*, unnest(['(all)'] || topic_ids) as topic_id from wished)
    group by all
),
asked as (
    select
        alike.recommendation_id,
        coalesce(sum(wish.mentions), 0) as mentions,
        coalesce(sum(wish.mentions) filter (wish.day <= alike.proposed_on), 0)
            as mentions_until_proposed,
        coalesce(sum(wish.mentions) filter (wish.day > alike.implemented_on), 0)
            as mentions_since_implemented
    from alike
    left join wish
        on wish.brand_id = alike.brand_id
        and wish.product_id = coalesce(nullif(alike.product_id, ''), '(all)')
        and wish.topic_id = coalesce(nullif(alike.topic_id, ''), '(all)')
    group by alike.recommendation_id
),
reasoned as (
    select
        alike.*,
        asked.mentions,
        asked.mentions_until_proposed,
        asked.mentions_since_implemented,
        case
            when alike.brand_id is null then 'no_brand'
            when coalesce(alike.product_id, '') = '' and coalesce(alike.topic_id, '') = ''
                then 'no_product_or_topic'
        end as mentions_null_reason
    from alike
    join asked using (recommendation_id)
)
select
    recommendation_id,
    brand_id,
    product_id,
    topic_id,
    title,
    status,
    if(is_desk, 'desk', 'file') as status_from,
    proposed_on,
    decided_on,
    if(status = 'implemented', implemented_on, null) as implemented_on,
    coalesce(duplicate_of, nullif(first_id, recommendation_id)) as duplicate_of,
    if(mentions_null_reason is null, cast(mentions as bigint), null) as mentions,
    if(
        mentions_null_reason is null and proposed_on is not null,
        cast(mentions_until_proposed as bigint),
        null
    ) as mentions_until_proposed,
    if(
        mentions_null_reason is null and status = 'implemented' and implemented_on is not null,
        cast(mentions_since_implemented as bigint),
        null
    ) as mentions_since_implemented,
    mentions_null_reason,
    case
        when status = 'implemented' and implemented_on >= proposed_on
            then date_diff('day', proposed_on, implemented_on)
    end as days_to_market,
    case
        when status <> 'implemented' then 'not_implemented'
        when implemented_on is null then 'implemented_on_unknown'
        when proposed_on is null then 'proposed_on_unknown'
        when implemented_on < proposed_on then 'implemented_before_proposed'
    end as days_to_market_null_reason
from reasoned
