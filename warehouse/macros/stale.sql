{# Whether this build takes up only what changed since the last whole or good one: what
   `warehouse/model.py` decides. A model with `meta.taken_up` then keeps its other rows. #}
{% macro is_partial() -%}
    {{ return(var("partial", false)) }}
{%- endmacro %}

{# Rows that this build takes up: those whose columns are in a list of what is stale. `of` names the
   kept table they are rows of, where this build has written it: then they are all that lies behind
   what was there before, and no other row is looked at. `wide` names another table of which more
   than the keys is read: where its rows lie is found by their keys alone, and only there is it read
   whole. #}
{% macro stale(columns="mention_id", among="stale_mention", of=none, wide=none) -%}
    {%- set parts = columns.split(".") -%}
    {%- set alias = parts[:-1] | join(".") ~ "." if parts | length > 1 else "" -%}
    {%- if is_partial() and of -%}
        {{ check_taken_up(of, parts[-1], among) }}{{ alias }}rowid >= {{ first_row(of) }}
    {%- elif is_partial() and wide -%}
        {{ columns }} in (from {{ ref(among) }})
        and {{ lies_there(wide, parts[-1], ref(among), alias ~ "rowid") }}
    {%- elif is_partial() -%}
        ({{ columns }}) in (from {{ ref(among) }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# The row numbers between which those lie whose key is in a list, a span for each row group that has
   any: from the first to the last of all may be nearly everything. #}
{% macro lies_there(relation, key, among, rowid) -%}
    {%- set spans = run_query(
        "select min(rowid), max(rowid) from " ~ relation
        ~ " where " ~ key ~ " in (from " ~ among ~ ") group by rowid // 122880"
    ).rows if execute else [] -%}
    ({% for first, last in spans %}{{ rowid }} between {{ first }} and {{ last }} or {% endfor %}false)
{%- endmacro %}

{# Where the rows begin that this build writes into a kept table: `warehouse/model.py` says how many
   were there before; it writes behind them, and no checkpoint renumbers them meanwhile. #}
{% macro first_row(relation) -%}
    {{ var("first_rows").get(relation.schema ~ "." ~ relation.identifier, 0) }}
{%- endmacro %}

{# What a partial build writes into a kept table must be just the rows that are asked for. #}
{% macro check_taken_up(relation, columns, among) -%}
    {%- if execute -%}
        {%- set kept = graph.nodes.values() | selectattr("resource_type", "equalto", "model")
            | selectattr("schema", "equalto", relation.schema)
            | selectattr("name", "equalto", relation.identifier) | first -%}
        {%- set taken = kept.config.meta.get("taken_up", {}) -%}
        {%- if taken.columns != columns or taken.among != among -%}
            {%- do exceptions.raise_compiler_error(
                relation.identifier ~ " takes up " ~ taken.columns ~ " in " ~ taken.among
                ~ ", not " ~ columns ~ " in " ~ among ~ ": leave `of` out"
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# What must be kept aside before this model changes. #}
{% macro built_after(name) -%}
    {%- if is_partial() %}-- depends_on: {{ ref(name) }}{% endif -%}
{%- endmacro %}

{# Before the model: what it is about to write again goes. Runs in the model's transaction. The
   last build was good, so its rows were said when mart.mention_tag knew: row groups of other times
   are passed over. #}
{% macro forget_stale() -%}
    {%- set taken = model.config.meta.get("taken_up") -%}
    {%- if taken and is_partial() -%}
        delete from {{ this }} where {{ stale(taken.columns, taken.among) }}
        {%- if taken.among == "stale_mention" and "published_at" in model.columns %} and {{ is_stale_time() }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# When stale mentions were said, as the last build knew and as we know now: a span in each month
   that has any. #}
{% macro is_stale_time(column="published_at") -%}
    {%- set spans = run_query(
        "select cast(min(published_at) as varchar), cast(max(published_at) as varchar) from ("
        ~ "select published_at from staging.stale_before union all "
        ~ "select published_at from staging.mention"
        ~ ") group by date_trunc('month', published_at)"
    ).rows if execute else [] -%}
    ({% for first, last in spans -%}
        {{ column }} between timestamptz '{{ first }}' and timestamptz '{{ last }}' or {% endfor %}false)
{%- endmacro %}

{# Tests of a model look at the rows its build wrote. In the place of dbt's own. #}
{% macro get_where_subquery(relation) -%}
    {%- set promises = [config.get("where")] | select | list -%}
    {%- if execute and is_partial() -%}
        {%- for node in graph.nodes.values() if node.resource_type == "model"
            and node.schema == relation.schema and node.name == relation.identifier
            and node.config.meta.get("taken_up") -%}
            {%- do promises.append("rowid >= " ~ first_row(relation)) -%}
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

{# A partial build looks at nothing before the earliest moment that a query finds: row groups of
   before are passed over. #}
{% macro since(column, query) -%}
    {%- if is_partial() and execute -%}
        {{ column }} >= timestamptz '{{ run_query(
            "select cast(cast((" ~ query ~ ") as timestamptz) as varchar)"
        ).rows[0][0] or "-infinity" }}'
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# The rows of a wide table whose key is among few: found by the key alone, and only they are read
   whole. Where all is built, they are not few. #}
{% macro few(relation, key, among) -%}
    {%- if is_partial() -%}
        (
            select *
            from {{ relation }}
            where rowid in (select rowid from {{ relation }} where {{ key }} in ({{ among }}))
        )
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}
