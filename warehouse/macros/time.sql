{# The moment the warehouse is built for. Never the machine's clock: see LISTENING_NOW. #}
{% macro now_at() -%}
    timestamptz '{{ var("now") }}'
{%- endmacro %}

{# The day of an instant where the brand lives. #}
{% macro brand_day(instant, timezone) -%}
    cast({{ instant }} at time zone {{ timezone }} as date)
{%- endmacro %}

{# Whole seconds from one instant to a later one. #}
{% macro seconds_between(earlier, later) -%}
    cast(epoch({{ later }}) - epoch({{ earlier }}) as bigint)
{%- endmacro %}

{# Business seconds of a brand from the first of its business days up to an instant, given the
   last business day that opened by then (from mart.business_day, NULL before the first). #}
{% macro business_clock(instant, business_day) -%}
    coalesce(
        {{ business_day }}.seconds_before
        + {{ seconds_between(business_day ~ ".opens_at", "least(" ~ instant ~ ", " ~ business_day ~ ".closes_at)") }},
        0
    )
{%- endmacro %}

{# Every day from one to another, each on a row of its own; none where the first is later. #}
{% macro days_of(first_day, last_day) -%}
    cast(
        unnest(
            generate_series(
                cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day
            )
        ) as date
    )
{%- endmacro %}

{# An instant lies at least so many hours before now, and less than so many. #}
{% macro hours_ago(instant, least, most) -%}
    {{ instant }} <= {{ now_at() }} - interval {{ least }} hour
    and {{ instant }} > {{ now_at() }} - interval {{ most }} hour
{%- endmacro %}
