-- Sources that showed answers to reviews in the last build.
{% if is_partial() %}
select source from mart.answering_source
{% else %}
select source from {{ source("core", "mention") }} where false
{% endif %}
