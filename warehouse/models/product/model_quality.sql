-- The latest measurement of everything that was measured.
select model, task, part, source, language, measure, n, value, ci_low, ci_high, run_at
from {{ source("core", "evaluation") }}
qualify row_number() over (
    partition by task, part, source, language, measure order by run_at desc, evaluation_id desc
) = 1
