-- What speaks badly of a brand, once for each topic of it: issues are made of it.
{{ config(materialized="incremental") }}
select
    mention_id,
    brand_id,
    unnest(if(len(topic_ids) = 0, ['(none)'], topic_ids)) as topic_id,
    day,
    cluster_id,
    author_key,
    thread_id,
    source,
    reach,
    published_at,
    sentiment,
    len(flag_kinds) > 0 as is_flagged
from {{ ref("brand_mention") }}
where
    {{ stale(of=ref("brand_mention")) }}
    and author_brand_id is null
    and not said_by_brand
    and not is_spam
    and (sentiment = 'negative' or 'complaint' = any(intents) or len(flag_kinds) > 0)
