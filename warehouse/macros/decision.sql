{# What else a decision said, by name. NULL: it did not. #}
{% macro said_field(name, fields="fields") -%}
    nullif(json_extract_string({{ fields }}, '$.{{ name }}'), '')
{%- endmacro %}

{# The order of decisions: when it happened, and of two that happened at once the later decided. #}
{% macro decision_order() -%}
    (effective_at, decided_at, decision_id)
{%- endmacro %}

{# What a person at the desk says of a mention when nobody needs to look at it any more: of triage,
   and of conversations to join. #}
{% macro settling_actions() -%}
    ('resolve', 'dismiss', 'join', 'skip', 'close')
{%- endmacro %}
