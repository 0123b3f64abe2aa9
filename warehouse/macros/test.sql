{# Two-sided p of "both weeks are equally likely", given so many voices in each: the exact binomial
   test with half a chance. NULL where one count is unknown. Outcomes 16 deviations from the middle,
   and as far below the smaller count, add less than a double can tell: they are left out, for a
   week may have a hundred thousand voices. #}
{% macro binomial_p(now, before) -%}
    least(
        1.0,
        2 * list_sum(list_transform(
            range(
                greatest(
                    0,
                    least({{ now }}, {{ before }})
                    - cast(40 + 8 * sqrt({{ now }} + {{ before }}) as bigint)
                ),
                least({{ now }}, {{ before }}) + 1
            ),
            lambda k: exp(
                lgamma({{ now }} + {{ before }} + 1) - lgamma(k + 1)
                - lgamma({{ now }} + {{ before }} - k + 1)
                - ({{ now }} + {{ before }}) * ln(2)
            )
        ))
    )
{%- endmacro %}

{# An end of Wilson's 95 % interval of a share; `sign` is + or -. NULL where there are none. #}
{% macro wilson(part, whole, sign) -%}
    case when {{ whole }} > 0 then
        (
            {{ part }} + 1.920729
            {{ sign }} 1.959964 * sqrt(
                cast({{ part }} as double) * ({{ whole }} - {{ part }}) / {{ whole }} + 0.960365
            )
        ) / ({{ whole }} + 3.841459)
    end
{%- endmacro %}

{# An end of the interval of a - b, from both intervals (Newcombe's method 10 for two shares): how
   far `a` reaches that way, and `b` the other. #}
{% macro mover(a, b, a_end, b_end, sign) -%}
    {{ a }} - {{ b }} {{ sign }} sqrt(pow({{ a_end }} - {{ a }}, 2) + pow({{ b_end }} - {{ b }}, 2))
{%- endmacro %}
