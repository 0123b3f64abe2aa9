-- Every day of the months that hold a stale day.
select distinct brand_id, {{ days_of("date_trunc('month', day)", "last_day(day)") }} as day
from {{ ref("stale_day") }}
