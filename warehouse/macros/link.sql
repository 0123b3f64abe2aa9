{# The hosts a text leads to, without www., each once: links with a scheme, with www., with a path,
   or ending as shops do. What stands behind an @ is a handle or an address. #}
{% macro link_hosts(text) -%}
    list_sort(list_distinct(list_transform(
        regexp_extract_all(
            lower({{ text }}),
            '(?:^|[^\p{L}\p{N}@._/-])((?:https?://(?:[^\s/@]*@)?[\p{L}\p{N}.-]+\p{L}'
            || '|www\.[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}'
            || '|(?:[\p{L}\p{N}][\p{L}\p{N}-]*\.)+\p{L}{2,}/'
            || '|(?:[\p{L}\p{N}][\p{L}\p{N}-]*\.)+'
            || '(?:com|net|org|info|biz|shop|store|online|site|club|vip|top|xyz|io|co|de|ch|fr|nl|pl|uk|eu|cn|ru|example)\b))',
            1
        ),
        lambda link: regexp_replace(
            rtrim(regexp_replace(link, '^https?://(?:[^\s/@]*@)?', ''), '/'), '^www\.', ''
        )
    )))
{%- endmacro %}
