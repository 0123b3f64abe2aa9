-- What was decided of a case, or of a flag, as the tables know it.
SELECT decided_at AS at, actor, action, concat_ws(' ', owner, basis, reason) AS note
FROM decision
WHERE
    ($kind = 'case' AND case_id = $subject_id)
    OR ($kind = 'correction' AND mention_id = $subject_id AND 'flag/' || flag_kind = $target)
ORDER BY decided_at DESC
