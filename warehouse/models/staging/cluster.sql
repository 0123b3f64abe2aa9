-- The clusters of the mentions this build takes up.
select mention_id, cluster_id
from {{ source("core", "duplicate_cluster") }}
where {{ stale() }}
