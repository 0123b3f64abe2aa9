-- What head office and local teams said to each other of an experiment, and where they adopted it.
select
    decision_id,
    subject_id as experiment_id,
    action,
    coalesce({{ said_field("region") }}, '(everywhere)') as region,
    nullif({{ mask_handles("note") }}, '') as note,
    actor,
    decided_at
from {{ source("core", "decision") }}
where kind = 'experiment'
