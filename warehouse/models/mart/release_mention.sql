-- What was said of a release's product, or of its brand where it names none, before and after it;
-- and of other brands in the same days, which is what it is compared with.
with said as (
    select
        span.release_id,
        if(about.day < span.released_on, 'before', 'after') as side,
        about.brand_id is distinct from span.brand_id as is_control,
        about.mention_id,
        about.brand_id,
        span.product_id,
        about.cluster_id,
        about.author_key,
        about.topic_ids,
        list_has_any(about.intents, ['complaint', 'bug_report']) as is_problem,
        about.sentiment
    from {{ ref("release_window") }} as span
    join {{ ref("brand_mention") }} as about
        on about.day >= span.before_from and about.day < span.after_until
    where
        not about.said_by_brand
        and not about.is_spam
        and (
            about.brand_id <> span.brand_id
            or span.product_id is null
            or list_contains(about.product_ids, span.product_id)
        )
)
select
    said.release_id,
    said.side,
    said.is_control,
    said.mention_id,
    said.brand_id,
    said.cluster_id,
    said.author_key,
    said.topic_ids,
    said.is_problem,
    coalesce(towards.sentiment, said.sentiment) as sentiment
from said
left join {{ ref("brand_sentiment") }} as towards
    on towards.mention_id = said.mention_id
    and towards.brand_id = said.brand_id
    and towards.product_id = said.product_id
