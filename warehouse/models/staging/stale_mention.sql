-- What changed since the last good build, and what is told from it: what it answers or answered,
-- what answers it, and its near copies. Empty where everything is built.
{% if is_partial() %}
with changed as (
    select distinct mention_id
    from {{ source("core", "change") }}
    where not whole
),
copied as (
    select cluster_id
    from {{ source("core", "duplicate_cluster") }}
    where mention_id in (from changed)
)
select mention_id
from changed
union
select parent_id
from {{ source("core", "mention") }}
where mention_id in (from changed) and parent_id is not null
union
select mention_id
from {{ source("core", "mention") }}
where parent_id in (from changed)
union
select parent_id
from mart.mention_tag
where mention_id in (from changed) and parent_id is not null
union
select mention_id
from {{ source("core", "duplicate_cluster") }}
where cluster_id in (from copied)
{% else %}
select mention_id from {{ source("core", "mention") }} where false
{% endif %}
