-- What counted as a machine's words in the last build.
{% if is_partial() %}
select brand_id, wording from mart.canned
{% else %}
select brand_id, '' as wording from {{ source("core", "brand") }} where false
{% endif %}
