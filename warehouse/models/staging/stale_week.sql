-- Every day of the weeks that hold a stale day.
select distinct brand_id, {{ days_of("date_trunc('week', day)", "date_trunc('week', day) + interval 6 day") }} as day
from {{ ref("stale_day") }}
