-- What the last build took for forums.
{% if is_partial() %}
select outlet from mart.forum
{% else %}
select source as outlet from {{ source("core", "mention") }} where false
{% endif %}
