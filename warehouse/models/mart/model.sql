-- What the models' files say of themselves, for those who copy and read their tables.
{% set told = [] %}
{% if execute %}
{% for node in graph.nodes.values() | sort(attribute="unique_id") if node.resource_type == "model" %}
{% do told.append(node) %}
{% endfor %}
{% endif %}
with told (schema_name, table_name, owner, grain, kept_whole) as (
    values
    {% for node in told %}
    {% set meta = node.config.meta %}
    (
        '{{ node.schema }}', '{{ node.name }}', '{{ meta.get("owner", "") }}',
        {{ meta.get("grain", []) }}, {{ meta.get("mention_rows") is sameas false }}
    ){{ "," if not loop.last }}
    {% else %}
    ('', '', '', [''], false)
    {% endfor %}
)
select schema_name, table_name, owner, grain, kept_whole from told
