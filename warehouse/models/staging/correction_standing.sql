-- The newest word of people on each label of what a mention says now. One about an older content
-- is stale: it stays in core.correction and decides nothing.
select
    correction.mention_id,
    correction.tagger,
    coalesce(correction.target, '') as target,
    correction.label,
    correction.note,
    correction.decided_at,
    correction.correction_id
from {{ source("core", "correction") }} as correction
join {{ source("core", "mention") }} as mention using (mention_id, content_hash)
qualify row_number() over (
    partition by correction.mention_id, correction.tagger, correction.target
    order by correction.decided_at desc, correction.correction_id
) = 1
