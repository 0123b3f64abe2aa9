-- Everything people corrected, and whether it still counts.
select
    correction.correction_id,
    correction.mention_id,
    correction.tagger,
    correction.target,
    correction.label,
    correction.previous_label,
    correction.previous_version,
    correction.actor,
    correction.decided_at,
    mention.source,
    case
        when standing.correction_id is not null then 'standing'
        when correction.content_hash <> mention.content_hash then 'stale'
        else 'superseded'
    end as state
from {{ source("core", "correction") }} as correction
join {{ source("core", "mention") }} as mention using (mention_id)
left join {{ ref("correction_standing") }} as standing using (correction_id)
