-- The mentions behind brand_week, and what of it each one counts in. What was said to a brand and
-- needs a reply need not be about it: an answer to its post may name nobody.
{{ config(materialized="incremental") }}
with said as (
    select mention_id, brand_id, day, published_at, source, channel, sentiment, relation <> 'owned' as is_voice
    from {{ ref("brand_mention") }}
    where
        {{ stale(among="stale_inbound", wide=ref("brand_mention")) }}
        and author_brand_id is null
        and not said_by_brand
        and not is_spam
),
asked as (
    select
        mention_id,
        brand_id,
        day,
        published_at,
        source,
        channel,
        state = 'answered' and not breached as in_time
    from {{ ref("response") }}
    where {{ stale(among="stale_inbound", of=ref("response")) }} and needs_reply and is_answer_visible
)
select
    mention_id,
    brand_id,
    cast(date_trunc('week', coalesce(said.day, asked.day)) as date) as week,
    coalesce(said.published_at, asked.published_at) as published_at,
    coalesce(said.source, asked.source) as source,
    coalesce(said.channel, asked.channel) as channel,
    said.sentiment,
    coalesce(said.is_voice, false) as is_voice,
    asked.in_time is not null as needs_reply,
    coalesce(asked.in_time, false) as is_answered_in_time
from said
full join asked using (mention_id, brand_id)
