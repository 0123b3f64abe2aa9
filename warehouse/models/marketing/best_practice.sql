-- What experiments taught, whatever came out: null results and losses stand beside the wins, so that
-- nobody tries twice what did nothing. What was shared without a trial stands there, too. What people
-- made of it comes from their decisions.
with said as (
    select
        subject_id as experiment_id,
        action,
        {{ mask_handles("note") }} as note,
        coalesce(nullif(fields ->> '$.region', ''), '(everywhere)') as region,
        {{ said_field("title") }} as title,
        {{ said_field("brand_id") }} as brand_id,
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
        list(note order by decided_at) filter (note <> '' and action <> 'share') as notes,
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
),
-- Whoever shares it again says it anew.
shared as (
    select
        experiment_id,
        arg_max(brand_id, decided_at) as brand_id,
        arg_max({{ mask_handles("title") }}, decided_at) as name,
        arg_max(nullif(note, ''), decided_at) as lesson
    from said
    where action = 'share'
    group by experiment_id
),
tried as (
    select
        id as experiment_id,
        brand_id,
        name,
        hypothesis,
        metric,
        control_arm,
        treatment_arm,
        starts_on,
        ends_on,
        control_posts + treatment_posts as posts,
        verdict,
        lift,
        ci_low,
        ci_high,
        case verdict
            when 'better' then 'use ' || treatment_arm
            when 'worse' then 'stay with ' || control_arm
            when 'no_difference_shown' then 'either will do, as far as this shows'
            else 'not known yet: ' || null_reason
        end as lesson
    from {{ ref("experiment") }}
    union all by name
    select *, 0 as posts, 'untested' as verdict
    from shared
    anti join {{ ref("experiment") }} as experiment on experiment.id = shared.experiment_id
)
select
    tried.experiment_id,
    tried.brand_id,
    tried.name,
    tried.hypothesis,
    tried.metric,
    tried.control_arm,
    tried.treatment_arm,
    tried.starts_on,
    tried.ends_on,
    coalesce(channel.channels, []) as channels,
    tried.posts,
    tried.verdict,
    tried.lift,
    tried.ci_low,
    tried.ci_high,
    tried.lesson,
    coalesce(settled.adopted_in, []) as adopted_in,
    coalesce(settled.rejected_in, []) as rejected_in,
    coalesce(noted.notes, []) as notes,
    noted.last_decided_at
from tried
left join channel on channel.id = tried.experiment_id
left join settled using (experiment_id)
left join noted using (experiment_id)
