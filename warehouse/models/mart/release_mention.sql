-- What was said of a release's product, or of its brand where it names none, before and after it.
{{ config(materialized="view") }}
select
    span.release_id,
    if(about.day < span.released_on, 'before', 'after') as side,
    about.mention_id,
    about.cluster_id,
    about.author_key,
    about.topic_ids,
    list_has_any(about.intents, ['complaint', 'bug_report']) as is_problem,
    coalesce(towards.sentiment, about.sentiment) as sentiment
from {{ ref("release_window") }} as span
join {{ ref("brand_mention") }} as about
    on about.brand_id = span.brand_id
    and about.day >= span.before_from
    and about.day < span.after_until
left join {{ ref("brand_sentiment") }} as towards
    on towards.mention_id = about.mention_id
    and towards.brand_id = about.brand_id
    and towards.product_id = span.product_id
where
    not about.said_by_brand
    and not about.is_spam
    and (span.product_id is null or list_contains(about.product_ids, span.product_id))
