-- Goals and what was reached, each beside the period before it: the latest earlier one of the same
-- length, by date, that the file holds. What a goal is for is told once, in the goal table.
with placed as (
    select
        actual.goal_id,
        actual.period,
        actual.region,
        goal.brand_id,
        coalesce(goal.goal, actual.goal) as goal,
        coalesce(goal.business_goal, actual.business_goal) as business_goal,
        goal.operational_goal,
        goal.financial_goal,
        coalesce(goal.unit, actual.unit) as unit,
        coalesce(goal.direction, 'up') as direction,
        actual.target,
        actual.actual,
        {{ period_length("actual.period") }} as period_length,
        {{ period_starts_on("actual.period", "period_length") }} as starts_on,
        {{ period_ends_before("starts_on", "period_length") }} as ends_before
    from {{ source("core", "goal_actual") }} as actual
    left join {{ source("core", "goal") }} as goal using (goal_id)
),
compared as (
    select
        *,
        lag(period) over earlier as previous_period,
        lag(ends_before) over earlier = starts_on as follows_previous,
        lag(actual) over earlier as previous_actual
    from placed
    where starts_on is not null
    window earlier as (partition by goal_id, region, period_length order by starts_on, period)
    union all by name
    select * from placed where starts_on is null
)
select
    goal_id,
    period,
    region,
    brand_id,
    goal,
    business_goal,
    operational_goal,
    financial_goal,
    unit,
    direction,
    period_length,
    starts_on,
    target,
    actual,
    previous_period,
    follows_previous,
    previous_actual,
    case
        when actual is null or previous_actual is null then 'unknown'
        when actual > previous_actual then 'up'
        when actual < previous_actual then 'down'
        else 'flat'
    end as trend,
    case
        when actual is null then 'no_actual'
        when period_length is null then 'unknown_period'
        when previous_period is null then 'first_period'
        when previous_actual is null then 'no_previous_actual'
    end as trend_null_reason,
    actual - previous_actual as change,
    case direction
        when 'up' then actual > previous_actual
        when 'down' then actual < previous_actual
    end as is_better,
    case direction when 'up' then actual >= target when 'down' then actual <= target end
        as is_on_track,
    {{ ratio("actual", "target") }} as attained,
    case
        when actual is null then 'no_actual'
        when target is null then 'no_target'
        when target = 0 then 'zero_target'
    end as attained_null_reason
from compared
