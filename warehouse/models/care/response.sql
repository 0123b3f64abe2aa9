-- When each thing said to a brand was first answered by a person at one of its handles, on both
-- clocks, and whether its author had to ask again.
{{ config(materialized="incremental") }}
with inbound as (
    select *
    from {{ ref("inbound") }}
    where {{ stale(among="stale_inbound", wide=ref("inbound")) }}
),
answer as (
    select inbound.mention_id, inbound.brand_id, reply.reply_id, reply.replied_at, reply.is_automatic
    from inbound
    join {{ ref("own_reply") }} as reply
        on reply.brand_id = inbound.brand_id and reply.parent_id = inbound.mention_id
    union
    -- Answered at another of the same author's posts in the thread.
    select inbound.mention_id, inbound.brand_id, reply.reply_id, reply.replied_at, reply.is_automatic
    from inbound
    join {{ ref("own_reply") }} as reply
        on reply.brand_id = inbound.brand_id
        and reply.thread_id = inbound.thread_id
        and reply.parent_author_key = inbound.author_key
        and reply.replied_at >= inbound.inbound_at
),
answered as (
    select
        inbound.*,
        coalesce(
            min(answer.replied_at) filter (
                not answer.is_automatic and answer.replied_at >= inbound.inbound_at
            ),
            min(answer.replied_at) filter (not answer.is_automatic)
        ) as replied_at,
        min(answer.replied_at) filter (answer.is_automatic) as automatic_reply_at,
        count(answer.reply_id) filter (not answer.is_automatic) as replies
    from inbound
    left join answer using (mention_id, brand_id)
    group by all
),
-- The author needs an answer again: in the thread, or in answer to the answer.
again as (
    select answered.mention_id, answered.brand_id, min(later.inbound_at) as reopened_at
    from answered
    join {{ ref("inbound") }} as later
        on later.brand_id = answered.brand_id
        and later.author_key = answered.author_key
        and later.inbound_at > answered.replied_at
        and later.inbound_at <= answered.replied_at + interval {{ var("reopen_days") }} day
    left join answer as reply
        on reply.mention_id = answered.mention_id
        and reply.brand_id = answered.brand_id
        and reply.reply_id = later.parent_id
    where
        later.needs_reply
        and later.mention_id <> answered.mention_id
        and (later.thread_id = answered.thread_id or reply.reply_id is not null)
    group by answered.mention_id, answered.brand_id
),
clocked as (
    select
        answered.*,
        again.reopened_at,
        day_in.brand_id is not null as has_calendar,
        {{ business_clock("answered.inbound_at", "day_in") }} as clock_in,
        {{ business_clock("answered.replied_at", "day_out") }} as clock_out
    from answered
    left join again using (mention_id, brand_id)
    asof left join {{ ref("business_day") }} as day_in
        on day_in.brand_id = answered.brand_id and answered.inbound_at >= day_in.opens_at
    asof left join {{ ref("business_day") }} as day_out
        on day_out.brand_id = answered.brand_id and answered.replied_at >= day_out.opens_at
),
due as (
    select
        clocked.*,
        case
            when clocked.clock_in + 60 * response_minutes
                <= day_due.seconds_before + day_due.seconds
                then day_due.opens_at + to_seconds(
                    clocked.clock_in + 60 * response_minutes - day_due.seconds_before
                )
        end as due_at
    from clocked
    asof left join {{ ref("business_day") }} as day_due
        on day_due.brand_id = clocked.brand_id
        and clocked.clock_in + 60 * clocked.response_minutes > day_due.seconds_before
)
select
    mention_id,
    brand_id,
    day,
    inbound_at,
    inbound_at as published_at,
    addressed_by,
    needs_reply,
    kind is distinct from 'review'
    or source in (select source from {{ ref("answering_source") }}) as is_answer_visible,
    source,
    channel,
    language,
    region,
    product_ids,
    topic_ids,
    replied_at,
    automatic_reply_at,
    replies,
    reopened_at,
    case
        when replied_at >= inbound_at then {{ seconds_between("inbound_at", "replied_at") }}
    end as calendar_s,
    case when replied_at >= inbound_at and has_calendar then clock_out - clock_in end as business_s,
    due_at,
    coalesce(replied_at, {{ now_at() }}) > due_at as breached,
    case when replied_at is null then 'open' else 'answered' end as state,
    case
        when replied_at is null then 'open'
        when replied_at < inbound_at then 'reply_before_inbound'
        when not has_calendar then 'no_business_hours'
    end as null_reason
from due
