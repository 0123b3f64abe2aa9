{# Text for teams that need what was said, not who is named: handles and addresses masked. #}
{% macro mask_handles(text) -%}
    regexp_replace({{ text }}, '@[\p{L}\p{N}_][\p{L}\p{N}_.\-]*(@[\p{L}\p{N}_.\-]+)?', '@…', 'g')
{%- endmacro %}

{# What was said, or its title, for such teams: nothing where it is private or may expose somebody. #}
{% macro shown_text(mention_id, text) -%}
    case
        when {{ text }} = '' then ''
        when {{ mention_id }} in (select mention_id from {{ ref("withheld_mention") }})
            then '[withheld: it is private or may expose personal data]'
        else {{ mask_handles(text) }}
    end
{%- endmacro %}

{# A link, unless it names the author: then NULL. #}
{% macro public_url(url, handle) -%}
    case
        when {{ url }} = '' then null
        when contains({{ url }}, '/@') then null
        when contains(lower({{ url }}), lower(nullif(split_part(ltrim({{ handle }}, '@'), '@', 1), '')))
            then null
        else {{ url }}
    end
{%- endmacro %}

{# The host of a link, without www. #}
{% macro host(url) -%}
    lower(regexp_extract({{ url }}, '^https?://(?:www\.)?([^/:?#\s]+)', 1))
{%- endmacro %}

{# Flags that expose somebody's data: their mentions' text stays with legal and care. #}
{% macro privacy_flags() -%}
    ['personal_data', 'doxxing', 'credential_leak', 'document_leak']
{%- endmacro %}

{# Sources whose posts are articles of an outlet, not words of a person. #}
{% macro article_sources() -%}
    (
        'rss', 'atom', 'web', 'news', 'sitemap', 'newsapi', 'gdelt', 'gdelt_doc', 'ccnews',
        'podcast'
    )
{%- endmacro %}

{# Sources where nobody can answer: complaints to a regulator. #}
{% macro closed_sources() -%}
    ('cfpb', 'nhtsa')
{%- endmacro %}
