-- What waits for a person, most urgent first.
SELECT
    mention_id AS subject_id,
    brand_id AS target,
    mention_id,
    coalesce(nullif(title, ''), left(text, 140)) AS said,
    class,
    status,
    owner,
    waiting_s,
    due_at,
    follow_up_at,
    reason,
    note,
    author_handle,
    copies,
    text,
    url
FROM triage
ORDER BY priority DESC, mention_id, brand_id
