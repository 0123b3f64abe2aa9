-- Suspicions that wait for a reviewer, the gravest first.
SELECT
    flag_open.mention_id AS subject_id,
    'flag/' || flag_open.kind AS target,
    any_value(flag_open.mention_id) AS mention_id,
    any_value(coalesce(nullif(flag_open.title, ''), left(flag_open.text, 140))) AS said,
    flag_open.kind,
    max(flag_open.severity) AS severity,
    max(flag_open.score) AS score,
    any_value(flag_open.state ORDER BY flag_open.state) AS status,
    any_value(flag_open.case_id) AS case_id,
    string_agg(DISTINCT flag_open.reason, '; ' ORDER BY flag_open.reason) AS reason,
    list(DISTINCT flag_open.span_text ORDER BY flag_open.span_text)
        FILTER (coalesce(flag_open.span_text, '') <> '') AS places,
    min(flag_open.first_flagged_at) AS first_flagged_at,
    any_value(flag_open.author_handle) AS author_handle,
    any_value(flag_open.evidence_ref) AS evidence_ref,
    any_value(flag_open.text) AS text,
    any_value(flag_open.url) AS url,
    any_value(flag_open.brand_ids) AS brand_ids,
    any_value(mention.topic_ids) AS topic_ids,
    any_value(flag_open.channel) AS channel,
    any_value(flag_open.language) AS language,
    any_value(flag_open.region) AS region
FROM flag_open
LEFT JOIN mention USING (mention_id)
GROUP BY flag_open.mention_id, flag_open.kind
ORDER BY severity DESC, score DESC, flag_open.mention_id, flag_open.kind
