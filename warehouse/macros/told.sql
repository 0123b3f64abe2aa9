{# Whether a mention is told of at length: recent enough for the teams' files, or under suspicion. #}
{% macro is_told() -%}
    (
        published_at >= {{ now_at() }} - to_days((
            select max(publish_days) from {{ source("core", "brand") }}
        ))
        or mention_id in (select mention_id from {{ source("core", "flag") }})
    )
{%- endmacro %}

{# Before a partial build: what grew too old to be told goes. #}
{% macro forget_untold() -%}
    {%- if is_partial() -%}
        delete from {{ this }} where not {{ is_told() }}
    {%- endif -%}
{%- endmacro %}

{# Where a place of a text lies in the same text with its handles masked, in code points. #}
{% macro masked_place(text, place) -%}
    case
        when contains({{ text }}, '@')
            then cast(length({{ mask_handles("left(" ~ text ~ ", " ~ place ~ ")") }}) as integer)
        else {{ place }}
    end
{%- endmacro %}
