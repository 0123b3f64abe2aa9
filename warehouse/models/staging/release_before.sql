-- The days around each release as the last build compared them.
{% if is_partial() %}
select release_id, before_from, after_until from mart.release_window
{% else %}
select release_id, released_on as before_from, released_on as after_until
from {{ source("core", "release") }}
where false
{% endif %}
