-- Who decided what on cases, takedowns and flags; of one thing the newest word stands.
with told as (
    select
        *,
        if(kind = 'correction', 'flag', kind) as subject,
        -- What a decision of the same thing replaces; what is left of a deleted mention is alone.
        case
            when kind = 'takedown' then subject_id
            when kind = 'case' and action not in ('attach', 'detach') then subject_id
            when mention_deleted then decision_id
            else concat_ws('/', subject_id, mention_id, target)
        end as thing,
        case
            when action in ('hold', 'release') then 'hold'
            when action in ('assign', 'escalate') then 'assign'
            when action = 'note' then action
            else 'state'
        end as facet
    from {{ source("core", "decision") }}
    where
        kind in ('case', 'takedown')
        or (kind = 'correction' and {{ said_field("tagger") }} = 'flag')
)
select
    decision_id,
    subject,
    subject_id,
    -- Who sends a takedown need not say again whose case it is.
    coalesce(case_id, first_value(case_id ignore nulls) over whole) as case_id,
    mention_id,
    mention_deleted,
    target as flag_kind,
    action,
    lag(action) over earlier as previous_action,
    nullif(note, '') as reason,
    {{ said_field("basis") }} as basis,
    {{ said_field("owner") }} as owner,
    actor,
    decided_at,
    effective_at,
    due_at,
    facet <> 'note' and lead(action) over earlier is null as is_standing
from told
window
    earlier as (
        partition by subject, thing, facet order by effective_at, decided_at, decision_id
    ),
    whole as (
        partition by subject, thing order by effective_at, decided_at, decision_id
        rows between unbounded preceding and unbounded following
    )
