-- Who decided what of a mention in triage, or of a conversation to join; the newest word stands.
select
    decision_id,
    kind as subject,
    mention_id,
    mention_deleted,
    target as brand_id,
    action,
    {{ said_field("owner") }} as owner,
    {{ said_field("outcome") }} as outcome,
    {{ said_field("url") }} as reply_url,
    nullif(note, '') as note,
    actor,
    decided_at,
    effective_at,
    due_at,
    lead(action) over (
        -- What is left of a deleted mention is alone.
        partition by kind, coalesce(mention_id, decision_id), target
        order by effective_at, decided_at, decision_id
    ) is null as is_standing
from {{ source("core", "decision") }}
where kind in ('triage', 'engage')
