-- The days before and after a release that can be compared: at most `release_window_days` each,
-- from the release before it, until the release after it or yesterday.
{{ built_after("release_before") }}
with placed as (
    select
        release.release_id,
        release.brand_id,
        nullif(release.product_id, '') as product_id,
        release.version,
        release.released_on,
        lag(release.released_on) over same as last_on,
        lead(release.released_on) over same as next_on,
        {{ brand_day(now_at(), "coalesce(brand.timezone, 'UTC')") }} as today
    from (
        select distinct on (brand_id, product_id, released_on) *
        from {{ source("core", "release") }}
        order by release_id
    ) as release
    left join {{ source("core", "brand") }} as brand using (brand_id)
    window same as (
        partition by release.brand_id, coalesce(release.product_id, '')
        order by release.released_on
    )
),
bounded as (
    select
        placed.*,
        greatest(released_on - {{ var("release_window_days") }}, last_on) as before_from,
        least(released_on + {{ var("release_window_days") }}, next_on, today) as after_until
    from placed
)
select
    release_id,
    brand_id,
    product_id,
    version,
    released_on,
    before_from,
    after_until,
    cast(date_diff('day', before_from, released_on) as bigint) as days_before,
    cast(greatest(date_diff('day', released_on, after_until), 0) as bigint) as days_after,
    coalesce(next_on <= today and next_on < released_on + {{ var("release_window_days") }}, false)
        as is_cut_by_next
from bounded
