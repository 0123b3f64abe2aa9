{# The order of a tagger's versions, the newest first; names have no order ("10" is before "9").
   `made` is core.tagger_version. The same in the load's correction_said.sql. #}
{% macro newest(made) -%}
    greatest({{ made }}.retagged_at, {{ made }}.tagged_at) desc nulls last
{%- endmacro %}

{# Of rows called `label`, the newest version's for each key. The last of a select's joins. #}
{% macro only_newest(keys, tagger="label.tagger") -%}
    left join {{ source("core", "tagger_version") }} as made
        on made.tagger = {{ tagger }} and made.version = label.version
    qualify row_number() over (
        partition by {{ keys }} order by {{ newest("made") }}, label.version desc
    ) = 1
{%- endmacro %}
