-- The library of what was tried, the newest first.
SELECT
    experiment_id AS subject_id,
    '' AS target,
    coalesce(name, experiment_id) AS said,
    brand_id,
    hypothesis,
    metric,
    control_arm,
    treatment_arm,
    starts_on,
    ends_on,
    posts,
    verdict AS status,
    lesson,
    adopted_in,
    rejected_in,
    channels
FROM best_practice
WHERE verdict <> 'untested'
ORDER BY starts_on DESC NULLS LAST, experiment_id
