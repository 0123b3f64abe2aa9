-- Issues that may have become others, or whose response is measured with what changed.
{% if is_partial() %}
select distinct issue.issue_id
from {{ ref("issue") }} as issue
join {{ ref("stale_day") }} as changed
    on changed.brand_id = issue.brand_id
    and changed.day between issue.started_on - {{ var("issue_baseline_days") }} - 3
    and issue.last_on + {{ [var("issue_reopen_days"), 7 + var("issue_response_days")] | max }} + 3
union
select issue_id from pr.issue_response where null_reason = 'too_young'
union
select known.issue_id
from pr.issue_response as known
anti join {{ ref("issue") }} as issue using (issue_id)
{% else %}
select issue_id from {{ ref("issue") }} where false
{% endif %}
