-- A case: what is in it, who has it, and how long it has been open.
with word as (
    select * from {{ source("core", "decision") }} where kind = 'case'
),
told as (
    select
        subject_id as case_id,
        arg_max({{ said_field("title") }}, {{ decision_order() }}) as title,
        arg_max({{ said_field("owner") }}, {{ decision_order() }}) as owner,
        min(effective_at) as opened_at,
        arg_min(actor, {{ decision_order() }}) as opened_by,
        coalesce(
            arg_max(action, {{ decision_order() }}) filter (action in ('open', 'close', 'reopen')),
            'open'
        ) = 'close' as is_closed,
        max(effective_at) filter (action = 'close') as closed_at,
        arg_max(actor, {{ decision_order() }}) filter (action = 'close') as closed_by,
        arg_max(action, {{ decision_order() }}) filter (action in ('hold', 'release')) = 'hold'
            as is_held,
        arg_max(
            struct_pack(
                basis := {{ said_field("basis") }},
                approver := {{ said_field("approver") }},
                until := try_cast({{ said_field("expires_on") }} as date)
            ),
            {{ decision_order() }}
        ) filter (action = 'hold') as hold,
        count(*) filter (action = 'attach' and mention_deleted) as mentions_deleted,
        arg_max(struct_pack(due_at := due_at), {{ decision_order() }}).due_at as due_at,
        count(*) as decisions,
        max(decided_at) as last_decided_at
    from word
    group by subject_id
),
holding as (
    select
        held.case_id,
        count(distinct held.mention_id) as mentions,
        count(distinct raised.flag_id) as flags,
        list(distinct raised.kind order by raised.kind) filter (raised.kind is not null)
            as flag_kinds,
        max(raised.severity) as severity
    from {{ ref("case_mention") }} as held
    left join {{ ref("flag_raised") }} as raised
        on raised.mention_id = held.mention_id
        and (held.flag_kind = '' or held.flag_kind = raised.kind)
    group by held.case_id
),
asked as (
    select
        case_id,
        count(*) as takedowns,
        count(*) filter (state not in ('removed', 'restored', 'withdrawn')) as takedowns_open,
        min(next_due_on) as next_due_on
    from {{ ref("takedown") }}
    where case_id is not null
    group by case_id
)
select
    told.case_id,
    told.title,
    if(told.is_closed, 'closed', 'open') as state,
    told.owner,
    told.opened_at,
    told.opened_by,
    if(told.is_closed, told.closed_at, null) as closed_at,
    if(told.is_closed, told.closed_by, null) as closed_by,
    greatest(
        {{ seconds_between("told.opened_at", "if(told.is_closed, told.closed_at, " ~ now_at() ~ ")") }}
        // 86400,
        0
    ) as age_days,
    coalesce(holding.mentions, 0) as mentions,
    told.mentions_deleted,
    coalesce(holding.flags, 0) as flags,
    coalesce(holding.flag_kinds, []) as flag_kinds,
    holding.severity,
    coalesce(asked.takedowns, 0) as takedowns,
    coalesce(asked.takedowns_open, 0) as takedowns_open,
    asked.next_due_on as takedown_due_on,
    coalesce(told.is_held and told.hold.until >= cast({{ now_at() }} as date), false) as is_held,
    told.hold.basis as hold_basis,
    told.hold.approver as hold_approver,
    told.hold.until as hold_until,
    if(told.is_closed, null, told.due_at) as due_at,
    told.decisions,
    told.last_decided_at
from told
left join holding using (case_id)
left join asked using (case_id)
