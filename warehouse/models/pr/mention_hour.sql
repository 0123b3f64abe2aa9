-- How many people spoke of a brand in each hour, and how well: what alerts take for usual. Hours in
-- which nobody did have no row.
{{ config(materialized="incremental") }}
select
    brand_id,
    day,
    date_trunc('hour', published_at) as hour_at,
    {{ voices() }} as voices,
    {{ voices("relation <> 'owned'") }} as shared_voices,
    {{ voices("sentiment = 'negative'") }} as negative,
    {{ voices("sentiment = 'neutral'") }} as neutral,
    {{ voices("sentiment = 'positive'") }} as positive
from {{ ref("brand_mention") }}
where {{ stale_days() }} and author_brand_id is null and not said_by_brand and not is_spam
group by brand_id, day, hour_at
