{# A ratio, or NULL where its denominator is 0 or unknown. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif({{ denominator }}, 0)
{%- endmacro %}

{# One column for each sentiment, and one for those that do not count. They add up to all. #}
{% macro sentiment_counts(sentiment="sentiment") -%}
    count(*) filter ({{ sentiment }} = 'negative') as negative,
    count(*) filter ({{ sentiment }} = 'neutral') as neutral,
    count(*) filter ({{ sentiment }} = 'positive') as positive,
    count(*) filter ({{ sentiment }} = 'abstained') as abstained
{%- endmacro %}

{# How many people spoke: an author once, and near copies once, whoever passes them on. Where the
   source hides its authors each text is a voice. Of a part never more than of the whole. #}
{% macro voices(condition="true") -%}
    least(
        count(distinct coalesce(author_key, cluster_id)) filter ({{ condition }}),
        count(distinct cluster_id) filter ({{ condition }})
    )
{%- endmacro %}

{# A quantile of waiting times in which open ones are known only to be longer than so far: they
   count as endless. Between two answered ones it is interpolated, as in every textbook; NULL where
   it falls among the open ones or beside the first of them. Times that are unknown for another
   reason do not count. #}
{% macro censored_quantile(seconds, is_open, q) -%}
    nullif(
        quantile_cont(
            case when {{ is_open }} then 'infinity'::double else cast({{ seconds }} as double) end,
            {{ q }}
        ),
        'infinity'::double
    )
{%- endmacro %}

{# 97.5 % quantile of Student's t, by the expansion of Cornish and Fisher. Against the tables:
   2 degrees of freedom 4.271 for 4.303, 3: 3.179 for 3.182, 10: 2.228 for 2.228. #}
{% macro student_t_975(df) -%}
    (1.959964 + 2.372271 / {{ df }} + 2.822512 / pow({{ df }}, 2) + 2.555890 / pow({{ df }}, 3)
     + 1.589498 / pow({{ df }}, 4))
{%- endmacro %}

{# How much a suspicion may hurt people or the brand: 3 people, 2 rights and secrets, 1 talk. #}
{% macro flag_severity(kind) -%}
    case
        when {{ kind }} in ('threat', 'doxxing', 'safety') then 3
        when {{ kind }} = 'legal_talk' then 1
        else 2
    end
{%- endmacro %}

{# The metrics an experiment may be decided by. #}
{% macro experiment_metrics() -%}
    ('reach', 'views', 'likes', 'applause', 'shares', 'amplification', 'comments', 'conversation',
     'engagement', 'virality', 'engagement_rate')
{%- endmacro %}

{# Sentiments in order, 1 the worst; NULL where none counts. #}
{% macro mood(sentiment) -%}
    list_position(['negative', 'neutral', 'positive'], {{ sentiment }})
{%- endmacro %}
