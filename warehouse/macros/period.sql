{# How long a period of a goal is: `2026`, `2026-H2`, `2026-Q4` (or `Q4 2026`), `2026-10`,
   `2026-W43`, `2026-10-05`. NULL: written otherwise. #}
{% macro period_length(period) -%}
    case
        when regexp_full_match({{ period }}, '\d{4}') then 'year'
        when regexp_full_match({{ period }}, '\d{4}-?H[12]|H[12] \d{4}', 'i') then 'half'
        when regexp_full_match({{ period }}, '\d{4}-?Q[1-4]|Q[1-4] \d{4}', 'i') then 'quarter'
        when regexp_full_match({{ period }}, '\d{4}-?W(0[1-9]|[1-4]\d|5[0-3])', 'i') then 'week'
        when regexp_full_match({{ period }}, '\d{4}-\d{1,2}')
            and try_cast({{ period }} || '-01' as date) is not null then 'month'
        when regexp_full_match({{ period }}, '\d{4}-\d{1,2}-\d{1,2}')
            and try_cast({{ period }} as date) is not null then 'day'
    end
{%- endmacro %}

{# The first day of such a period, given its length. #}
{% macro period_starts_on(period, length) -%}
    case {{ length }}
        when 'year' then make_date({{ period_year(period) }}, 1, 1)
        when 'half' then make_date(
            {{ period_year(period) }}, 6 * {{ period_part(period, "H") }} - 5, 1
        )
        when 'quarter' then make_date(
            {{ period_year(period) }}, 3 * {{ period_part(period, "Q") }} - 2, 1
        )
        when 'week' then cast(strptime(
            {{ period_year(period) }} || '-' || {{ period_part(period, "W") }} || '-1', '%G-%V-%u'
        ) as date)
        when 'month' then cast({{ period }} || '-01' as date)
        when 'day' then cast({{ period }} as date)
    end
{%- endmacro %}

{# The first day after a period, given its first day and length. #}
{% macro period_ends_before(starts_on, length) -%}
    cast({{ starts_on }} + case {{ length }}
        when 'year' then interval 12 month
        when 'half' then interval 6 month
        when 'quarter' then interval 3 month
        when 'month' then interval 1 month
        when 'week' then interval 7 day
        when 'day' then interval 1 day
    end as date)
{%- endmacro %}

{% macro period_year(period) -%}
    cast(regexp_extract({{ period }}, '\d{4}') as integer)
{%- endmacro %}

{% macro period_part(period, letter) -%}
    cast(regexp_extract({{ period }}, '{{ letter }}(\d+)', 1, 'i') as integer)
{%- endmacro %}
