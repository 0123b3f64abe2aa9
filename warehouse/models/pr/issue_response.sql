-- What the brand did about an issue, and how talk went on: days before and after, beside the same
-- days of the brand's other topics. Issues without a response are measured from the end of their
-- busiest day: what falls by itself after a peak shows there.
{{ config(materialized="incremental") }}
with issue as (
    select
        issue.issue_id,
        issue.brand_id,
        issue.topic_id,
        issue.started_on,
        issue.last_on,
        issue.first_at,
        cast(issue.peak_on + 1 as timestamp) at time zone brand.timezone as peak_ended_at
    from {{ ref("issue") }} as issue
    join {{ source("core", "brand") }} as brand using (brand_id)
    where {{ stale("issue.issue_id", "stale_issue") }}
),
-- Replies to bad words first: joined to issues by brand alone they would be thousands of times more.
answered as materialized (
    select bad.brand_id, bad.topic_id, bad.day, reply.replied_at
    from {{ ref("own_reply") }} as reply
    join {{ ref("bad_mention") }} as bad
        on bad.brand_id = reply.brand_id
        and bad.mention_id = reply.parent_id
    where not reply.is_automatic
),
answer as (
    select issue.issue_id, 'reply' as response_kind, answered.replied_at as response_at
    from issue
    join answered
        on answered.brand_id = issue.brand_id
        and answered.topic_id = issue.topic_id
        and answered.day between issue.started_on and issue.last_on
    where answered.replied_at >= issue.first_at
    union all
    select issue.issue_id, 'post', post.published_at
    from issue
    join {{ ref("brand_mention") }} as post
        on post.brand_id = issue.brand_id
        and post.said_by_brand
        and list_contains(post.topic_ids, issue.topic_id)
        and post.day between issue.started_on and issue.last_on + 7
    where post.published_at >= issue.first_at
),
first_answer as (
    select
        issue_id,
        min(response_at) as response_at,
        -- A reply that names the topic is a post on it, too: it is a reply.
        arg_min(response_kind, (response_at, response_kind = 'post')) as response_kind
    from answer
    group by issue_id
),
measured as (
    select
        issue.*,
        first_answer.response_at,
        first_answer.response_kind,
        coalesce(first_answer.response_at, issue.peak_ended_at) as measured_from,
        coalesce(first_answer.response_at, issue.peak_ended_at)
        + interval {{ var("issue_response_days") }} day as measured_until
    from issue
    left join first_answer using (issue_id)
),
-- The days around each: what was said then is found by day, and told by the moment.
nearby as (
    select
        issue_id,
        brand_id,
        {{ days_of(
            "cast(measured_from - interval " ~ var("issue_response_days") ~ " day as date) - 1",
            "cast(measured_until as date) + 1"
        ) }} as day
    from measured
),
bad_nearby as (
    select nearby.issue_id, bad.mention_id, bad.topic_id, bad.author_key, bad.published_at
    from nearby
    join {{ ref("bad_mention") }} as bad using (brand_id, day)
),
-- Bad words on the topic, and on all other topics of the brand at the same time.
counted as (
    select
        measured.issue_id,
        count(distinct bad.mention_id) filter (
            bad.topic_id = measured.topic_id and bad.published_at < measured.measured_from
        ) as bad_before,
        count(distinct bad.mention_id) filter (
            bad.topic_id = measured.topic_id and bad.published_at >= measured.measured_from
        ) as bad_after,
        count(distinct bad.author_key) filter (
            bad.topic_id = measured.topic_id and bad.published_at < measured.measured_from
        ) as authors_before,
        count(distinct bad.author_key) filter (
            bad.topic_id = measured.topic_id and bad.published_at >= measured.measured_from
        ) as authors_after,
        count(distinct bad.mention_id) filter (
            bad.topic_id <> measured.topic_id and bad.published_at < measured.measured_from
        ) as control_before,
        count(distinct bad.mention_id) filter (
            bad.topic_id <> measured.topic_id and bad.published_at >= measured.measured_from
        ) as control_after
    from measured
    left join bad_nearby as bad
        on bad.issue_id = measured.issue_id
        and bad.published_at
        >= measured.measured_from - interval {{ var("issue_response_days") }} day
        and bad.published_at < measured.measured_until
    group by measured.issue_id
),
mood as (
    select
        measured.issue_id,
        count(*) filter (about.published_at < measured.measured_from) as mentions_before,
        count(*) filter (about.published_at >= measured.measured_from) as mentions_after,
        count(*) filter (
            about.sentiment = 'negative' and about.published_at < measured.measured_from
        ) as negative_before,
        count(*) filter (
            about.sentiment = 'negative' and about.published_at >= measured.measured_from
        ) as negative_after
    from nearby
    join measured using (issue_id)
    join {{ ref("brand_mention") }} as about
        on about.brand_id = nearby.brand_id
        and about.day = nearby.day
        and about.author_brand_id is null
        and not about.said_by_brand
        and not about.is_spam
        and list_contains(
            if(len(about.topic_ids) = 0, ['(none)'], about.topic_ids), measured.topic_id
        )
        and about.published_at
        >= measured.measured_from - interval {{ var("issue_response_days") }} day
        and about.published_at < measured.measured_until
    group by measured.issue_id
),
again as (
    select issue.issue_id, min(later.started_on) as reopened_on
    from issue
    join {{ ref("issue") }} as later
        on later.brand_id = issue.brand_id
        and later.topic_id = issue.topic_id
        and later.started_on between issue.last_on + 1
        and issue.last_on + {{ var("issue_reopen_days") }}
    group by issue.issue_id
)
select
    measured.issue_id,
    measured.brand_id,
    measured.topic_id,
    measured.started_on,
    measured.response_at is not null as is_responded,
    measured.response_kind,
    measured.response_at,
    {{ seconds_between("measured.first_at", "measured.response_at") }}
        as time_to_first_response_s,
    measured.measured_from,
    counted.bad_before,
    counted.bad_after,
    counted.authors_before,
    counted.authors_after,
    counted.control_before,
    counted.control_after,
    coalesce(mood.mentions_before, 0) as mentions_before,
    coalesce(mood.mentions_after, 0) as mentions_after,
    coalesce(mood.negative_before, 0) as negative_before,
    coalesce(mood.negative_after, 0) as negative_after,
    again.reopened_on,
    {{ ratio("counted.bad_after - counted.bad_before", "counted.bad_before") }} as change,
    {{ ratio("counted.control_after - counted.control_before", "counted.control_before") }}
        as control_change,
    case
        when measured.measured_until > {{ now_at() }} then 'too_young'
        when counted.bad_before = 0 then 'nothing_before'
        when counted.control_before = 0 then 'no_control'
    end as null_reason
from measured
join counted using (issue_id)
left join mood using (issue_id)
left join again using (issue_id)
