-- Days of a brand that gained or lost a mention, hold one that changed, or were heard otherwise than
-- the last build knew. A mention may come to be about any brand.
with moment as (
    select published_at from {{ ref("mention") }} where {{ is_partial() | lower }}
    union
    select published_at from {{ ref("stale_before") }}
),
said as (
    select distinct
        brand.brand_id,
        {{ brand_day("moment.published_at", "brand.timezone") }} as day
    from moment
    cross join {{ source("core", "brand") }} as brand
),
heard as (
    (from {{ ref("coverage_day") }} except from {{ ref("coverage_before") }})
    union all
    (from {{ ref("coverage_before") }} except from {{ ref("coverage_day") }})
)
select brand_id, day
from said
union
select brand.brand_id, heard.day
from heard
cross join {{ source("core", "brand") }} as brand
where {{ is_partial() | lower }}
