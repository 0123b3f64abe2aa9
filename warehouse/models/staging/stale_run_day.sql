-- Days whose issues may be others now: an issue is a run of days, each judged by those before it.
select distinct
    brand_id,
    {{ days_of("day - 3", "day + " ~ (var("issue_baseline_days") + 2)) }} as day
from {{ ref("stale_day") }}
