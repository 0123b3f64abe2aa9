{# The order of a tagger's versions, the newest first; names have no order ("10" is before "9").
   `made` is core.tagger_version. The same in the load's correction_said.sql. #}
{% macro newest(made) -%}
    greatest({{ made }}.retagged_at, {{ made }}.tagged_at) desc nulls last
{%- endmacro %}
