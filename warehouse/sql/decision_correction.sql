-- Corrections are kept for every content of a mention; which one counts is told by the models.
-- After decision.sql. $batch_id, $now.
INSERT INTO core.correction BY NAME
SELECT
    decision_id AS correction_id, mention_id, content_hash, tagger, target, label, previous_label,
    previous_version, actor, coalesce(note, '') AS note, decided_at, $batch_id AS batch_id,
    $now AS loaded_at
FROM incoming WHERE decision = 'correction' AND is_new AND NOT is_gone;
