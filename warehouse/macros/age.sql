{# The span of age a look falls into, named by its end in hours: posts are compared within one. #}
{% macro age_span_h(age_s) -%}
    case
        {%- for hours in [1, 3, 6, 12, 24, 48, 168, 720] %}
        when {{ age_s }} <= 3600 * {{ hours }} then {{ hours }}
        {%- endfor %}
        else 8760
    end
{%- endmacro %}
