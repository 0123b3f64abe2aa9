-- Every topic of a brand in every week from the brand's first mention to the latest we heard, so
-- that a topic that falls silent shows as 0. A week that is not over is compared with the week
-- before up to the same moment. Old weeks in which nothing changed are taken from the last build.
{% set recent = "date_trunc('week', cast(" ~ now_at() ~ " as date) - 28)" %}
with {% if is_partial() -%}
known as (
    select *
    from product.topic_week
    where mentions > 0 and week < {{ recent }} and (brand_id, week) not in (from {{ ref("stale_week") }})
),
{% endif -%}
said as (
    select
        brand_id,
        unnest(if(len(topic_ids) = 0, ['(none)'], topic_ids)) as topic_id,
        cast(date_trunc('week', day) as date) as week,
        published_at < {{ now_at() }} - interval 7 day as is_so_far,
        cluster_id,
        author_key,
        sentiment,
        'complaint' = any(intents) as is_complaint
    from {{ ref("brand_mention") }}
    where
        ({{ stale_days(period="week") }} or day >= {{ recent }})
        and not said_by_brand
        and not is_spam
),
talked as (
    select distinct brand_id, topic_id, week from said
    {%- if is_partial() %}
    union
    select brand_id, topic_id, week from known
    {%- endif %}
),
heard as (
    select least(max(coverage.until), if(count(*) > 0, {{ now_at() }}, null)) as until
    from {{ source("core", "coverage") }} as coverage
    join {{ source("core", "batch") }} as batch using (batch_id)
    where batch.kind = 'mention' and isfinite(coverage.until)
),
span as (
    select
        talked.brand_id,
        min(talked.week) as first_week,
        greatest(
            max(talked.week),
            any_value(cast(date_trunc(
                'week', {{ brand_day("heard.until", "brand.timezone") }}
            ) as date))
        ) as last_week,
        any_value({{ brand_day(now_at(), "brand.timezone") }}) as today
    from talked
    join {{ source("core", "brand") }} as brand using (brand_id)
    cross join heard
    group by talked.brand_id
),
week as (
    select
        brand_id,
        today,
        cast(unnest(generate_series(
            cast(first_week as timestamp), cast(last_week as timestamp), interval 7 day
        )) as date) as week
    from span
),
counted as (
    select
        brand_id,
        topic_id,
        week,
        count(*) as mentions,
        count(distinct cluster_id) as mentions_deduped,
        count(distinct author_key) as authors,
        {{ voices() }} as voices,
        count(*) filter (is_complaint) as complaints,
        {{ sentiment_counts() }},
        count(*) filter (is_so_far) as mentions_so_far,
        {{ voices("is_so_far") }} as voices_so_far
    from said
    group by all
    {%- if is_partial() %}
    union all
    select
        brand_id, topic_id, week, mentions, mentions_deduped, authors, voices, complaints, negative,
        neutral, positive, abstained, 0, 0
    from known
    {%- endif %}
),
gridded as (
    select
        brand_id,
        topic_id,
        week,
        week.week + 7 <= week.today as is_complete,
        {% for count in (
            "mentions", "mentions_deduped", "authors", "voices", "complaints", "negative",
            "neutral", "positive", "abstained", "mentions_so_far", "voices_so_far",
        ) %}
        coalesce(counted.{{ count }}, 0) as {{ count }}{{ "," if not loop.last }}
        {% endfor %}
    from week
    join (select distinct brand_id, topic_id from talked) as ever using (brand_id)
    left join counted using (brand_id, topic_id, week)
),
covered as (
    select
        brand_id,
        cast(date_trunc('week', day) as date) as week,
        case
            when bool_or(coverage = 'partial') then 'partial'
            when bool_and(coverage = 'complete') then 'complete'
            when bool_and(coverage = 'unknown') then 'unknown'
            else 'partial'
        end as coverage
    from {{ ref("coverage_day") }}
    group by all
),
told as (
    select gridded.*, coalesce(covered.coverage, 'unknown') as coverage
    from gridded
    left join covered using (brand_id, week)
),
compared as (
    select
        told.*,
        lag(mentions) over earlier as mentions_last_week,
        lag(complaints) over earlier as complaints_last_week,
        case when is_complete then lag(mentions) over earlier else lag(mentions_so_far) over earlier
        end as mentions_before,
        case when is_complete then lag(voices) over earlier else lag(voices_so_far) over earlier
        end as voices_before,
        lag(coverage) over earlier as coverage_last_week
    from told
    window earlier as (partition by brand_id, topic_id order by week)
),
tested as (
    select
        compared.*,
        case
            when voices_before is null then 'first_week'
            when voices + voices_before < 6 then 'too_few'
            when coverage = 'partial' or coverage is distinct from coverage_last_week
                then 'partial_coverage'
        end as trend_null_reason,
        case when voices + voices_before >= 6 then {{ binomial_p("voices", "voices_before") }} end
            as p_value
    from compared
),
-- Of many topics some move by chance: Benjamini and Hochberg's share of false alarms, over all
-- topics of a brand that could be compared in a week.
ranked as (
    select
        brand_id,
        topic_id,
        week,
        p_value * count(*) over (partition by brand_id, week)
        / row_number() over (partition by brand_id, week order by p_value, topic_id) as share
    from tested
    where trend_null_reason is null
),
adjusted as (
    select
        ranked.brand_id,
        ranked.topic_id,
        ranked.week,
        least(
            1,
            min(ranked.share) over (
                partition by ranked.brand_id, ranked.week
                order by tested.p_value desc, ranked.topic_id desc
                rows between unbounded preceding and current row
            )
        ) as q_value
    from ranked
    join tested using (brand_id, topic_id, week)
)
select
    tested.brand_id,
    tested.topic_id,
    tested.week,
    tested.is_complete,
    tested.mentions,
    tested.mentions_deduped,
    tested.authors,
    tested.voices,
    tested.complaints,
    tested.negative,
    tested.neutral,
    tested.positive,
    tested.abstained,
    tested.coverage,
    tested.coverage_last_week,
    tested.mentions_last_week,
    tested.complaints_last_week,
    tested.mentions_before,
    tested.voices_before,
    tested.mentions - tested.mentions_before as change,
    {{ ratio("tested.mentions - tested.mentions_before", "tested.mentions_before") }}
        as change_ratio,
    case
        when tested.mentions_before is null then 'first_week'
        when tested.mentions_before = 0 then 'no_mentions_last_week'
    end as change_ratio_null_reason,
    tested.p_value,
    adjusted.q_value,
    case
        when tested.trend_null_reason is not null then null
        when adjusted.q_value > 0.05 then 'steady'
        when tested.voices > tested.voices_before then 'up'
        else 'down'
    end as trend,
    tested.trend_null_reason
from tested
left join adjusted using (brand_id, topic_id, week)
