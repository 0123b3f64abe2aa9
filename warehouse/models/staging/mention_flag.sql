-- The suspicions that stand on what a mention says now: without those of a kind that a person
-- dismissed, and with those that a person saw and no rule raised.
with decided as (
    select mention_id, target as kind, label, note, correction_id
    from {{ ref("correction_standing") }}
    where tagger = 'flag' and {{ stale() }}
),
raised as (
    select flag.*, decided.label
    from {{ source("core", "flag") }} as flag
    left join decided using (mention_id, kind)
    where {{ stale("flag.mention_id") }} and decided.label is distinct from 'dismissed'
)
select
    flag_id, mention_id, kind, start, "end", cast(p as double) as p, rule, reason,
    label is not null as corrected
from raised
union all
select
    decided.correction_id, decided.mention_id, decided.kind, null, null, null, 'person',
    nullif(decided.note, ''), true
from decided
anti join {{ source("core", "flag") }} as flag using (mention_id, kind)
where decided.label = 'confirmed'
