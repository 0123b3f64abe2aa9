-- What was decided of a mention, as the tables know it.
SELECT decided_at AS at, actor, action, concat_ws(' ', owner, outcome, reply_url, note) AS note
FROM care_decision
WHERE mention_id = $subject_id AND coalesce(brand_id, $target) = $target AND subject = $kind
ORDER BY decided_at DESC
