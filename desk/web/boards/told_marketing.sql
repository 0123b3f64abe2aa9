-- What was said of an experiment, as the tables know it.
SELECT decided_at AS at, actor, action, concat_ws(': ', region, note) AS note
FROM best_practice_comment
WHERE experiment_id = $subject_id
ORDER BY decided_at DESC
