-- Clusters of articles that are told otherwise now: with a stale mention, or at a host that became
-- a forum or is none any more.
{% if is_partial() %}
with flipped as (
    (from {{ ref("forum") }} except from {{ ref("forum_before") }})
    union all
    (from {{ ref("forum_before") }} except from {{ ref("forum") }})
)
from {{ ref("stale_cluster") }}
union
select cluster_id from {{ ref("mention_tag") }} where url_host in (from flipped)
{% else %}
from {{ ref("stale_cluster") }}
{% endif %}
