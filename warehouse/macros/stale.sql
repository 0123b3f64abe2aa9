{# Whether this build takes up only what changed since the last whole or good one: what
   `warehouse/model.py` decides. A model with `meta.taken_up` then keeps its other rows. #}
{% macro is_partial() -%}
    {{ return(var("partial", false)) }}
{%- endmacro %}

{# Rows that this build takes up: those whose columns are in a list of what is stale. `of` names the
   kept table they are rows of, where this build has written them: then they lie at its end, and
   their row numbers, found by the one column, spare reading the others of every row before. Of one
   or two narrow columns that saves nothing. #}
{% macro stale(columns="mention_id", among="stale_mention", of=none) -%}
    {%- if is_partial() and of -%}
        {%- set parts = columns.split(".") -%}
        {{ parts[:-1] | join(".") ~ "." if parts | length > 1 }}rowid in (
            select rowid from {{ of }} where {{ parts[-1] }} in (from {{ ref(among) }})
        )
    {%- elif is_partial() -%}
        ({{ columns }}) in (from {{ ref(among) }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# What must be kept aside before this model changes. #}
{% macro built_after(name) -%}
    {%- if is_partial() %}-- depends_on: {{ ref(name) }}{% endif -%}
{%- endmacro %}

{# Before the model: what it is about to write again goes. Runs in the model's transaction. #}
{% macro forget_stale() -%}
    {%- set taken = model.config.meta.get("taken_up") -%}
    {%- if taken and is_partial() -%}
        delete from {{ this }} where {{ stale(taken.columns, taken.among) }}
    {%- endif -%}
{%- endmacro %}

{# Tests of a model look at the rows its build wrote. In the place of dbt's own. #}
{% macro get_where_subquery(relation) -%}
    {%- set promises = [config.get("where")] | select | list -%}
    {%- if execute and is_partial() -%}
        {%- for node in graph.nodes.values() if node.resource_type == "model"
            and node.schema == relation.schema and node.name == relation.identifier
            and node.config.meta.get("taken_up") -%}
            {%- set taken = node.config.meta.taken_up -%}
            {%- do promises.append(
                "(" ~ taken.columns ~ ") in (from staging." ~ taken.among ~ ")"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if promises -%}
        (select * from {{ relation }} where {{ promises | join(" and ") }}) as dbt_subquery
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# The same by a brand's days, or by the days of its weeks or months. #}
{% macro stale_days(columns="brand_id, day", period="day") -%}
    {{ stale(columns, "stale_" ~ period) }}
{%- endmacro %}
