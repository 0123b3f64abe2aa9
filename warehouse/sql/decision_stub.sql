-- What is left of decisions of the mentions in `gone`: who decided what when, of which case or
-- takedown, and codes; neither the mention nor words, which may quote it.
UPDATE core.decision SET
    mention_id = NULL,
    subject_id = if(subject_kind = 'mention', NULL, subject_id),
    content_hash = NULL,
    note = '',
    fields = nullif(
        to_json(map_from_entries(list_filter(
            map_entries(fields::JSON::MAP(VARCHAR, VARCHAR)),
            lambda told: told.key IN (
                'tagger', 'basis', 'platform', 'brand_id', 'reference', 'owner', 'approver',
                'expires_on', 'class', 'priority', 'outcome'
            )
        )))::VARCHAR,
        '{}'
    ),
    mention_deleted = true
WHERE mention_id IN (SELECT mention_id FROM gone);
