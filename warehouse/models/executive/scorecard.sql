with goal as (
    select
        *,
        lag(actual) over (partition by goal_id, region order by period) as previous_actual
    from {{ source("core", "goal_actual") }}
)
select
    goal_id,
    period,
    region,
    goal,
    business_goal,
    unit,
    target,
    actual,
    previous_actual,
    case
        when actual is null or previous_actual is null then 'unknown'
        when actual > previous_actual then 'up'
        when actual < previous_actual then 'down'
        else 'flat'
    end as trend,
    actual - previous_actual as change,
    {{ ratio("actual", "target") }} as attained,
    case
        when actual is null then 'no_actual'
        when target is null then 'no_target'
        when target = 0 then 'zero_target'
    end as attained_null_reason
from goal
