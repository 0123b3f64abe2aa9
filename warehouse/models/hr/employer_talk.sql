-- Talk about the brand as a place to work, by week. Whom it is about or by is not kept, and of few
-- people nothing but how often.
with week as (
    select
        cast(date_trunc('week', day) as date) as week,
        brand_id,
        subject,
        count(*) as mentions,
        -- Hidden authors may be as many people as mentions.
        count(distinct coalesce(author_key, mention_id)) < {{ var("audience_min_authors") }}
            as is_few,
        count(distinct author_key) as authors,
        {{ sentiment_counts() }}
    from {{ ref("work_talk") }}
    group by all
)
select
    week,
    brand_id,
    subject,
    mentions,
    if(is_few, null, authors) as authors,
    if(is_few, null, negative) as negative,
    if(is_few, null, neutral) as neutral,
    if(is_few, null, positive) as positive,
    if(is_few, null, abstained) as abstained,
    if(is_few, 'few_people', null) as null_reason
from week
