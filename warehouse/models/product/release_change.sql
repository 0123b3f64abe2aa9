-- Whether more or fewer people complain since a release, of anything and of each topic, with 95 %
-- intervals (Newcombe), and beside it what changed for other brands in the same days.
{{ config(materialized="incremental") }}
with compared_day as (
    select
        release_id,
        brand_id,
        released_on,
        cast(unnest(generate_series(before_from, after_until - 1, interval 1 day)) as date) as day
    from {{ ref("release_window") }}
    where {{ stale("release_id", "stale_release") }}
),
said as (
    select release_id, side, false as is_control, topic_ids, is_problem, cluster_id, author_key
    from {{ ref("release_mention") }}
    where {{ stale("release_id", "stale_release") }}
    union all
    -- Counted over the same days as one, so that a loud rival is one voice of a side, too.
    select
        compared_day.release_id,
        if(compared_day.day < compared_day.released_on, 'before', 'after'),
        true,
        other.topic_ids,
        list_has_any(other.intents, ['complaint', 'bug_report']),
        other.cluster_id,
        other.author_key
    from compared_day
    join {{ ref("brand_mention") }} as other
        on other.day = compared_day.day and other.brand_id <> compared_day.brand_id
    where not other.said_by_brand and not other.is_spam
),
{% set sides = (
    ("before", "side = 'before' and not is_control"),
    ("after", "side = 'after' and not is_control"),
    ("control_before", "side = 'before' and is_control"),
    ("control_after", "side = 'after' and is_control"),
) %}
whole as (
    select
        release_id,
        {% for side, condition in sides %}
        {{ voices(condition) }} as voices_{{ side }}{{ "," if not loop.last }}
        {% endfor %}
    from said
    group by release_id
),
part as (
    select
        release_id,
        topic_id,
        {% for side, condition in sides %}
        {{ voices(condition) }} as problem_voices_{{ side }},
        {% endfor %}
        bool_or(not is_control) as is_own
    from (
        select *, unnest(['(all)'] || topic_ids) as topic_id
        from said
        where is_problem
    ) as problem
    group by release_id, topic_id
),
wanted as (
    select release_id, '(all)' as topic_id
    from {{ ref("release_window") }}
    where {{ stale("release_id", "stale_release") }}
    union
    select release_id, topic_id
    from part
    where is_own
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
        {% for side, _ in sides %}
        coalesce(whole.voices_{{ side }}, 0) as voices_{{ side }},
        coalesce(part.problem_voices_{{ side }}, 0) as problem_voices_{{ side }}{{ "," if not loop.last }}
        {% endfor %}
    from wanted
    join {{ ref("release_window") }} as span using (release_id)
    left join whole using (release_id)
    left join part using (release_id, topic_id)
),
shared as (
    select
        counted.*,
        {% for side, _ in sides %}
        {{ ratio("problem_voices_" ~ side, "voices_" ~ side) }} as share_{{ side }},
        {{ wilson("problem_voices_" ~ side, "voices_" ~ side, "-") }} as low_{{ side }},
        {{ wilson("problem_voices_" ~ side, "voices_" ~ side, "+") }} as high_{{ side }},
        {% endfor %}
        case
            when days_after < 7 and is_cut_by_next then 'cut_by_next_release'
            when days_after < 7 then 'too_young'
            when days_before < 7 then 'cut_by_last_release'
            when voices_before = 0 then 'no_mentions_before'
            when voices_after = 0 then 'no_mentions_after'
        end as null_reason,
        -- A handful of people would only blur what is compared with them.
        least(voices_control_before, voices_control_after)
        >= {{ var("release_control_min_voices") }} as has_control
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
    voices_before,
    voices_after,
    problem_voices_before,
    problem_voices_after,
    voices_control_before as control_voices_before,
    voices_control_after as control_voices_after,
    problem_voices_control_before as control_problem_voices_before,
    problem_voices_control_after as control_problem_voices_after,
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
