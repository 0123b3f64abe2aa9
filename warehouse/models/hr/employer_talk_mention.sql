-- The mentions behind employer_talk, of the weeks in which several people speak.
select
    talk.mention_id,
    talk.brand_id,
    week.week,
    talk.subject,
    talk.published_at,
    talk.channel,
    talk.sentiment
from {{ ref("work_talk") }} as talk
join {{ ref("employer_talk") }} as week
    on week.brand_id = talk.brand_id
    and week.subject = talk.subject
    and week.week = date_trunc('week', talk.day)
where week.null_reason is null
