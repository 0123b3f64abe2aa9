-- Whether people complain more or less since a release, of anything and of each topic, with 95 %
-- intervals (Newcombe), and beside it what changed for other brands in the same days.
{{ config(materialized="incremental") }}
with topic as (
    select *, unnest(['(all)'] || topic_ids) as topic_id
    from {{ ref("release_mention") }}
    where {{ stale("release_id", "stale_release") }}
),
part as (
    select
        release_id,
        topic_id,
        count(distinct cluster_id) filter (side = 'before') as problems_before,
        count(distinct cluster_id) filter (side = 'after') as problems_after
    from topic
    where is_problem
    group by all
),
whole as (
    select
        release_id,
        count(distinct cluster_id) filter (side = 'before') as mentions_before,
        count(distinct cluster_id) filter (side = 'after') as mentions_after
    from {{ ref("release_mention") }}
    where {{ stale("release_id", "stale_release") }}
    group by release_id
),
control as (
    select
        span.release_id,
        other.topic_id,
        {% for side, sign in (("before", "<"), ("after", ">=")) %}
        sum(other.mentions_deduped) filter (other.day {{ sign }} span.released_on)
            as control_mentions_{{ side }},
        sum(other.problems) filter (other.day {{ sign }} span.released_on)
            as control_problems_{{ side }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("release_window") }} as span
    join {{ ref("problem_day") }} as other
        on other.brand_id <> span.brand_id
        and other.day >= span.before_from
        and other.day < span.after_until
    where {{ stale("span.release_id", "stale_release") }}
    group by all
),
wanted as (
    select release_id, '(all)' as topic_id
    from {{ ref("release_window") }}
    where {{ stale("release_id", "stale_release") }}
    union
    select release_id, topic_id
    from part
),
counted as (
    select
        wanted.release_id,
        wanted.topic_id,
        span.brand_id,
        span.product_id,
        span.version,
        span.released_on,
        span.days_before,
        span.days_after,
        span.is_cut_by_next,
        coalesce(whole.mentions_before, 0) as mentions_before,
        coalesce(whole.mentions_after, 0) as mentions_after,
        coalesce(part.problems_before, 0) as problems_before,
        coalesce(part.problems_after, 0) as problems_after,
        coalesce(others.control_mentions_before, 0)::bigint as control_mentions_before,
        coalesce(others.control_mentions_after, 0)::bigint as control_mentions_after,
        coalesce(control.control_problems_before, 0)::bigint as control_problems_before,
        coalesce(control.control_problems_after, 0)::bigint as control_problems_after
    from wanted
    join {{ ref("release_window") }} as span using (release_id)
    left join whole using (release_id)
    left join part using (release_id, topic_id)
    left join control using (release_id, topic_id)
    left join control as others
        on others.release_id = wanted.release_id and others.topic_id = '(all)'
),
shared as (
    select
        counted.*,
        {% for name, part, whole in (
            ("before", "problems_before", "mentions_before"),
            ("after", "problems_after", "mentions_after"),
            ("control_before", "control_problems_before", "control_mentions_before"),
            ("control_after", "control_problems_after", "control_mentions_after"),
        ) %}
        {{ ratio(part, whole) }} as share_{{ name }},
        {{ wilson(part, whole, "-") }} as low_{{ name }},
        {{ wilson(part, whole, "+") }} as high_{{ name }},
        {% endfor %}
        case
            when days_after < 7 and is_cut_by_next then 'cut_by_next_release'
            when days_after < 7 then 'too_young'
            when days_before < 7 then 'cut_by_last_release'
            when mentions_before = 0 then 'no_mentions_before'
            when mentions_after = 0 then 'no_mentions_after'
        end as null_reason,
        -- A handful of mentions would only blur what is compared with them.
        least(control_mentions_before, control_mentions_after)
        >= {{ var("release_control_min_mentions") }} as has_control
    from counted
),
changed as (
    select
        shared.*,
        share_after - share_before as raw_change,
        {{ mover("share_after", "share_before", "low_after", "high_before", "-") }} as raw_low,
        {{ mover("share_after", "share_before", "high_after", "low_before", "+") }} as raw_high,
        share_control_after - share_control_before as raw_control,
        {{ mover("share_control_after", "share_control_before", "low_control_after", "high_control_before", "-") }}
            as control_low,
        {{ mover("share_control_after", "share_control_before", "high_control_after", "low_control_before", "+") }}
            as control_high
    from shared
),
judged as (
    select
        changed.*,
        raw_change - raw_control as raw_effect,
        {{ mover("raw_change", "raw_control", "raw_low", "control_high", "-") }} as effect_low,
        {{ mover("raw_change", "raw_control", "raw_high", "control_low", "+") }} as effect_high
    from changed
)
select
    release_id,
    topic_id,
    brand_id,
    product_id,
    version,
    released_on,
    days_before,
    days_after,
    mentions_before,
    mentions_after,
    problems_before,
    problems_after,
    control_mentions_before,
    control_mentions_after,
    control_problems_before,
    control_problems_after,
    case when null_reason is null then raw_change end as change,
    case when null_reason is null then raw_low end as ci_low,
    case when null_reason is null then raw_high end as ci_high,
    case when null_reason is null and has_control then raw_control end as control_change,
    case when null_reason is null and has_control then raw_effect end as effect,
    case when null_reason is null and has_control then effect_low end as effect_ci_low,
    case when null_reason is null and has_control then effect_high end as effect_ci_high,
    case
        when null_reason is not null then null
        when if(has_control, effect_high, raw_high) < 0 then 'better'
        when if(has_control, effect_low, raw_low) > 0 then 'worse'
        else 'no_difference'
    end as verdict,
    null_reason,
    coalesce(null_reason, if(has_control, null, 'no_control')) as effect_null_reason
from judged
