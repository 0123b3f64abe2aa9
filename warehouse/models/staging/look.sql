-- The looks at mentions this build takes up.
select mention_id, observed_at, likes, shares, comments, views, followers
from {{ source("core", "engagement") }}
where {{ stale(wide=source("core", "engagement")) }}
