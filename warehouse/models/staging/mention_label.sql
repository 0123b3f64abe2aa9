-- What a mention says now, one label a tagger: the newest version's, unless a person corrected it.
with said as (
    select label.mention_id, label.tagger, label.label, label.p, label.abstained, label.version
    from (select * from {{ ref("label") }} where tagger <> 'intent') as label
    join {{ ref("mention") }} as mention using (mention_id, content_hash)
    {{ only_newest("label.mention_id, label.tagger") }}
),
decided as (
    select mention_id, tagger, label
    from {{ ref("correction_standing") }}
    where target = '' and {{ stale() }}
)
select
    mention_id,
    tagger,
    coalesce(decided.label, said.label) as label,
    case when decided.label is null then said.abstained end as abstained_reason,
    cast(said.p as double) as p,
    said.version,
    decided.label is not null as corrected
from said
full join decided using (mention_id, tagger)
