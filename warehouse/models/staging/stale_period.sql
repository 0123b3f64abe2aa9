-- Days, weeks and months whose waiting times are counted again.
with changed as (
    select brand_id, day from {{ ref("stale_day") }}
    union
    select brand_id, day
    from {{ ref("response") }}
    where {{ is_partial() | lower }} and mention_id in (from {{ ref("stale_inbound") }})
),
spread as (
    select changed.*, unnest(['day', 'week', 'month']) as period from changed
)
select distinct brand_id, period, cast(date_trunc(period, day) as date) as starts_on
from spread
