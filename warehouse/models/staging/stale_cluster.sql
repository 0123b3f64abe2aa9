-- Clusters that stale mentions are in, or were.
select cluster_id from {{ ref("stale_before") }}
union
select coalesce(cluster.cluster_id, mention.mention_id)
from {{ ref("mention") }} as mention
left join {{ ref("cluster") }} as cluster using (mention_id)
where {{ is_partial() | lower }}
