-- What waits for a person, most urgent first.
SELECT
    triage.mention_id AS subject_id,
    triage.brand_id AS target,
    triage.mention_id,
    coalesce(nullif(triage.title, ''), left(triage.text, 140)) AS said,
    triage.class,
    triage.status,
    triage.owner,
    triage.waiting_s,
    triage.due_at,
    triage.follow_up_at,
    triage.reason,
    triage.note,
    triage.author_handle,
    triage.copies,
    triage.text,
    triage.url,
    triage.brand_id,
    mention.topic_ids,
    triage.channel,
    mention.language,
    mention.region,
    triage.published_at
FROM triage
LEFT JOIN mention USING (mention_id)
ORDER BY triage.priority DESC, triage.mention_id, triage.brand_id
