-- What was shared without a trial, the newest word first.
SELECT
    experiment_id AS subject_id,
    '' AS target,
    name AS said,
    brand_id,
    lesson AS text,
    'shared' AS status,
    adopted_in,
    rejected_in,
    notes,
    last_decided_at
FROM best_practice
WHERE verdict = 'untested'
ORDER BY last_decided_at DESC NULLS LAST, experiment_id
