-- What experiments taught, whatever came out: null results and losses stand beside the wins, so that
-- nobody tries twice what did nothing. What people made of it comes from their decisions.
with said as (
    select
        subject_id as experiment_id,
        action,
        {{ mask_handles("note") }} as note,
        coalesce(nullif(fields ->> '$.region', ''), '(everywhere)') as region,
        decided_at
    from {{ source("core", "decision") }}
    where kind = 'experiment'
),
-- In each region the newest word stands: adopted, or rejected after all.
standing as (
    select experiment_id, region, arg_max(action, decided_at) as action
    from said
    where action in ('adopt', 'reject')
    group by experiment_id, region
),
settled as (
    select
        experiment_id,
        list(region order by region) filter (action = 'adopt') as adopted_in,
        list(region order by region) filter (action = 'reject') as rejected_in
    from standing
    group by experiment_id
),
noted as (
    select
        experiment_id,
        list(note order by decided_at) filter (note <> '') as notes,
        max(decided_at) as last_decided_at
    from said
    group by experiment_id
),
run_on as (
    select mention.experiment as name, list(distinct channel order by channel) as channels
    from {{ source("core", "mention") }} as mention
    where mention.experiment is not null and mention.arm is not null
    group by mention.experiment
),
channel as (
    select experiment.id, list_sort(list_distinct(flatten(list(run_on.channels)))) as channels
    from {{ ref("experiment") }} as experiment
    join run_on on run_on.name in (experiment.id, experiment.name)
    group by experiment.id
)
select
    experiment.id as experiment_id,
    experiment.brand_id,
    experiment.name,
    experiment.hypothesis,
    experiment.metric,
    experiment.control_arm,
    experiment.treatment_arm,
    experiment.starts_on,
    experiment.ends_on,
    coalesce(channel.channels, []) as channels,
    experiment.control_posts + experiment.treatment_posts as posts,
    experiment.verdict,
    experiment.lift,
    experiment.ci_low,
    experiment.ci_high,
    case experiment.verdict
        when 'better' then 'use ' || experiment.treatment_arm
        when 'worse' then 'stay with ' || experiment.control_arm
        when 'no_difference_shown' then 'either will do, as far as this shows'
        else 'not known yet: ' || experiment.null_reason
    end as lesson,
    coalesce(settled.adopted_in, []) as adopted_in,
    coalesce(settled.rejected_in, []) as rejected_in,
    coalesce(noted.notes, []) as notes,
    noted.last_decided_at
from {{ ref("experiment") }} as experiment
left join channel on channel.id = experiment.id
left join settled on settled.experiment_id = experiment.id
left join noted on noted.experiment_id = experiment.id
