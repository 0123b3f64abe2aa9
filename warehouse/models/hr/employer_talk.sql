-- Talk about the brand as a place to work, by week. Plain words of work find it; whom it is
-- about or by is not kept.
with talk as (
    select
        cast(date_trunc('week', about.day) as date) as week,
        about.brand_id,
        about.author_key,
        about.sentiment,
        case
            when regexp_matches(mention.title || ' ' || mention.text, {{ candidate_words() }}, 'i')
                then 'candidate'
            else 'employer'
        end as subject
    from {{ ref("brand_mention") }} as about
    join {{ source("core", "mention") }} as mention using (mention_id)
    where
        not about.said_by_brand
        and not about.is_spam
        and (
            regexp_matches(mention.title || ' ' || mention.text, {{ candidate_words() }}, 'i')
            or regexp_matches(mention.title || ' ' || mention.text, {{ employer_words() }}, 'i')
        )
)
select
    week,
    brand_id,
    subject,
    count(*) as mentions,
    count(distinct author_key) as authors,
    {{ sentiment_counts() }}
from talk
group by all
