-- The mentions a legal case holds, whole or for one kind of flag, and whether it is still open.
with word as (
    select * from {{ source("core", "decision") }} where kind = 'case'
),
moved as (
    select
        subject_id as case_id,
        arg_max(action, {{ decision_order() }}) = 'close' as is_closed,
        max(effective_at) as moved_at
    from word
    where action in ('open', 'close', 'reopen')
    group by subject_id
),
held as (
    select
        subject_id as case_id,
        mention_id,
        coalesce(target, '') as flag_kind,
        arg_max(action, {{ decision_order() }}) as action,
        max(effective_at) as attached_at
    from word
    where action in ('attach', 'detach') and mention_id is not null
    group by all
)
select
    held.case_id,
    held.mention_id,
    held.flag_kind,
    held.attached_at,
    case when moved.is_closed then moved.moved_at end as closed_at
from held
left join moved using (case_id)
where held.action = 'attach'
