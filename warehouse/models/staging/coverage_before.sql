-- The coverage of every day as the last build knew it.
{% if is_partial() %}
select brand_id, day, coverage, coverage_reason from mart.coverage_day
{% else %}
select brand_id, cast(null as date) as day, '' as coverage, '' as coverage_reason
from {{ source("core", "brand") }}
where false
{% endif %}
