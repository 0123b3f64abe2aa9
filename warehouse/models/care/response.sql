-- When each thing said to a brand was first answered by one of its handles, on both clocks.
with answer as (
    select inbound.mention_id, inbound.brand_id, reply.replied_at
    from {{ ref("inbound") }} as inbound
    join {{ ref("own_reply") }} as reply
        on reply.brand_id = inbound.brand_id and reply.parent_id = inbound.mention_id
    union all
    -- Answered at another of the same author's posts in the thread.
    select inbound.mention_id, inbound.brand_id, reply.replied_at
    from {{ ref("inbound") }} as inbound
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
            min(answer.replied_at) filter (answer.replied_at >= inbound.inbound_at),
            min(answer.replied_at)
        ) as replied_at
    from {{ ref("inbound") }} as inbound
    left join answer using (mention_id, brand_id)
    group by all
),
clocked as (
    select
        answered.*,
        day_in.brand_id is not null as has_calendar,
        {{ business_clock("answered.inbound_at", "day_in") }} as clock_in,
        {{ business_clock("answered.replied_at", "day_out") }} as clock_out
    from answered
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
    is_answer_visible,
    source,
    channel,
    replied_at,
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
