-- Mentions that speak of a brand as a place to work. Plain words of work find them.
{{ config(materialized="incremental") }}
with spoken as (
    select
        about.mention_id,
        about.brand_id,
        about.day,
        about.published_at,
        about.channel,
        about.author_key,
        about.sentiment,
        mention.title || ' ' || mention.text as words
    from {{ ref("brand_mention") }} as about
    join {{ ref("mention") }} as mention using (mention_id)
    where
        {{ stale("about.mention_id", of=ref("brand_mention")) }}
        and not about.said_by_brand
        and not about.is_spam
),
found as (
    select
        *,
        regexp_matches(words, {{ candidate_words() }}, 'i') as is_candidate
    from spoken
    where
        regexp_matches(words, {{ candidate_words() }}, 'i')
        or regexp_matches(words, {{ employer_words() }}, 'i')
)
select
    mention_id,
    brand_id,
    day,
    published_at,
    channel,
    if(is_candidate, 'candidate', 'employer') as subject,
    author_key,
    sentiment
from found
