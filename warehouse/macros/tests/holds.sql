{# Every row keeps the promise. #}
{% test holds(model, promise) %}
    select * from {{ model }} where ({{ promise }}) is not true
{% endtest %}
