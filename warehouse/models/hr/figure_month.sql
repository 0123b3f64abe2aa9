-- Staff figures as imported, with the talk of the brand as a place to work beside them. They stand
-- side by side; that one moves the other is not said.
with figure as (
    select
        month,
        brand_id,
        region,
        any_value(value) filter (measure = 'headcount') as headcount,
        any_value(value) filter (measure = 'hires') as hires,
        any_value(value) filter (measure = 'leavers') as leavers,
        any_value(value) filter (measure = 'applications') as applications,
        any_value(value) filter (measure = 'openings') as openings
    from {{ source("core", "hr_figure") }}
    group by month, brand_id, region
),
-- Where somebody spoke is seldom known: talk stands beside the figures of everywhere.
talk as (
    select
        cast(date_trunc('month', day) as date) as month,
        brand_id,
        '' as region,
        count(*) filter (subject = 'candidate') as candidate_mentions,
        count(*) filter (subject = 'employer') as employer_mentions,
        count(distinct coalesce(author_key, mention_id)) < {{ var("audience_min_authors") }}
            as is_few,
        count(*) filter (sentiment = 'negative') as talk_negative,
        count(*) filter (sentiment = 'positive') as talk_positive
    from {{ ref("work_talk") }}
    group by all
)
select
    month,
    brand_id,
    region,
    figure.headcount,
    figure.hires,
    figure.leavers,
    figure.applications,
    figure.openings,
    talk.candidate_mentions,
    talk.employer_mentions,
    if(talk.is_few, null, talk.talk_negative) as talk_negative,
    if(talk.is_few, null, talk.talk_positive) as talk_positive,
    case
        when region <> '' then 'of_everywhere_only'
        when talk.month is null then 'no_talk'
        when talk.is_few then 'few_people'
    end as talk_null_reason,
    {{ ratio("figure.leavers", "figure.headcount") }} as turnover,
    case
        when figure.leavers is null then 'no_leavers'
        when figure.headcount is null then 'no_headcount'
        when figure.headcount = 0 then 'zero_headcount'
    end as turnover_null_reason,
    {{ ratio("figure.hires", "figure.applications") }} as hired_of_applications,
    case
        when figure.hires is null then 'no_hires'
        when figure.applications is null then 'no_applications'
        when figure.applications = 0 then 'zero_applications'
    end as hired_of_applications_null_reason
from figure
full join talk using (month, brand_id, region)
