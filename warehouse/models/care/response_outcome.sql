-- How somebody who needed an answer spoke before it, and when next they spoke to the brand or of
-- it. Those who got none are measured from their own words: the control.
{{ config(materialized="incremental") }}
{% set first = "select min(inbound_at) from " ~ ref("response")
    ~ " where mention_id in (from staging.stale_asker)" %}
with said as (
    select mention_id, brand_id, author_key, thread_id, published_at, sentiment
    from {{ ref("brand_mention") }}
    where
        brand_role = 'own'
        and author_brand_id is null
        and not said_by_brand
        and {{ since("published_at", first) }}
    union all
    -- Who answers the brand need not name it.
    select inbound.mention_id, inbound.brand_id, tag.author_key, tag.thread_id, tag.published_at,
        tag.sentiment
    from {{ ref("inbound") }} as inbound
    join {{ ref("mention_tag") }} as tag using (mention_id)
    anti join {{ ref("brand_mention") }} as about
        on about.mention_id = inbound.mention_id
        and about.brand_id = inbound.brand_id
        and {{ since("about.published_at", first) }}
    where {{ since("inbound.inbound_at", first) }} and {{ since("tag.published_at", first) }}
),
asked as (
    select
        response.mention_id,
        response.brand_id,
        response.day,
        response.published_at,
        response.channel,
        response.replied_at,
        greatest(response.inbound_at, coalesce(response.replied_at, response.inbound_at))
            as spoken_from,
        said.author_key,
        said.thread_id,
        said.sentiment
    from {{ ref("response") }} as response
    join said using (mention_id, brand_id)
    where
        response.needs_reply
        and response.is_answer_visible
        and {{ stale("response.mention_id", "stale_asker") }}
),
-- Of two words at one moment the lesser id is the next: which was taken was chance.
spoken as (
    select
        brand_id,
        author_key,
        published_at,
        min(mention_id) as mention_id,
        arg_min(thread_id, mention_id) as thread_id,
        arg_min(sentiment, mention_id) as sentiment
    from said
    where author_key in (select author_key from asked)
    group by brand_id, author_key, published_at
),
followed as (
    select
        asked.*,
        later.mention_id as later_id,
        later.published_at as later_at,
        later.thread_id as later_thread_id,
        later.sentiment as later_sentiment,
        later.published_at <= asked.spoken_from + interval {{ var("outcome_days") }} day
            as in_window
    from asked
    asof left join spoken as later
        on later.brand_id = asked.brand_id
        and later.author_key = asked.author_key
        and asked.spoken_from < later.published_at
),
judged as (
    select
        mention_id,
        brand_id,
        day,
        published_at,
        channel,
        replied_at,
        author_key,
        spoken_from,
        sentiment as sentiment_before,
        case when in_window then later_id end as next_mention_id,
        case when in_window then later_at end as next_at,
        case when in_window then later_thread_id = thread_id end as next_in_thread,
        case when in_window then later_sentiment end as sentiment_after
    from followed
)
select
    mention_id,
    brand_id,
    day,
    published_at,
    channel,
    replied_at is not null as is_answered,
    replied_at,
    sentiment_before,
    next_mention_id,
    next_at,
    next_in_thread,
    sentiment_after,
    case
        when {{ mood("sentiment_after") }} > {{ mood("sentiment_before") }} then 'better'
        when {{ mood("sentiment_after") }} < {{ mood("sentiment_before") }} then 'worse'
        when {{ mood("sentiment_after") }} = {{ mood("sentiment_before") }} then 'same'
    end as change,
    case
        when author_key is null then 'author_hidden'
        when next_at is not null
            and ({{ mood("sentiment_after") }} is null or {{ mood("sentiment_before") }} is null)
            then 'abstained'
        when next_at is not null then null
        when spoken_from + interval {{ var("outcome_days") }} day > {{ now_at() }} then 'too_young'
        else 'no_further_word'
    end as null_reason
from judged
