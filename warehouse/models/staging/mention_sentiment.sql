-- The sentiment of what a mention says now; an abstained label is no sentiment.
select
    label.mention_id,
    case when label.abstained is null then label.label else 'abstained' end as sentiment,
    label.abstained as abstained_reason,
    cast(label.p as double) as p,
    label.version
from {{ source("core", "label") }} as label
join {{ source("core", "mention") }} as mention using (mention_id, content_hash)
where label.tagger = 'sentiment'
qualify row_number() over (partition by mention_id order by label.version desc) = 1
