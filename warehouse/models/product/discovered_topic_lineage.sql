select
    lineage.night,
    lineage.kind,
    nullif(lineage.from_id, '') as from_id,
    before.name as from_name,
    nullif(lineage.to_id, '') as to_id,
    after.name as to_name,
    lineage.share
from {{ source("core", "topic_lineage") }} as lineage
left join {{ source("core", "discovered_topic") }} as before on before.topic_id = lineage.from_id
left join {{ source("core", "discovered_topic") }} as after on after.topic_id = lineage.to_id
