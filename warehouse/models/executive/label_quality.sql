-- How far the labels behind every figure can be trusted, one line a task and set.
select task, part, source, language, measure, n, value, ci_low, ci_high, model, run_at
from {{ ref("model_quality") }}
where measure in ('macro_recall', 'f1', 'recall', 'precision', 'agreement')
