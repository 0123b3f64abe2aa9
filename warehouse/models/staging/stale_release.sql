-- Releases whose days changed, or hold a day that did, of whatever brand: the others are compared.
{% if is_partial() %}
select distinct span.release_id
from {{ ref("release_window") }} as span
join {{ ref("stale_day") }} as changed
    on changed.day >= span.before_from and changed.day < span.after_until
union
select release_id
from (
    select release_id, before_from, after_until from {{ ref("release_window") }}
    except
    from {{ ref("release_before") }}
)
{% else %}
select release_id from {{ ref("release_window") }} where false
{% endif %}
