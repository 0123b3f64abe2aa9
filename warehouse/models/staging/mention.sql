-- The mentions this build takes up.
select
    mention_id, source, native_id, kind, channel, title, text, url, author_key, published_at,
    observed_at, parent_id, thread_id, lang, region, rating, mapped_brand_id, campaign, experiment, arm,
    owned, private, content_hash, batch_id
from {{ source("core", "mention") }}
where {{ stale(wide=source("core", "mention")) }}
