-- Stale mentions as the last build knew them: where they may be gone from.
{% if is_partial() %}
select mention_id, published_at, cluster_id, coalesce(thread_id, mention_id) as thread_id, author_key
from mart.mention_tag
where {{ stale(wide="mart.mention_tag") }}
{% else %}
select mention_id, published_at, mention_id as cluster_id, thread_id, author_key
from {{ source("core", "mention") }}
where false
{% endif %}
