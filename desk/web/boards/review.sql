-- Suspicions that wait for a reviewer, the gravest first.
SELECT
    mention_id AS subject_id,
    'flag/' || kind AS target,
    any_value(mention_id) AS mention_id,
    any_value(coalesce(nullif(title, ''), left(text, 140))) AS said,
    kind,
    max(severity) AS severity,
    max(score) AS score,
    any_value(state ORDER BY state) AS status,
    any_value(case_id) AS case_id,
    string_agg(DISTINCT reason, '; ' ORDER BY reason) AS reason,
    list(DISTINCT span_text ORDER BY span_text) FILTER (coalesce(span_text, '') <> '') AS places,
    min(first_flagged_at) AS first_flagged_at,
    any_value(author_handle) AS author_handle,
    any_value(evidence_ref) AS evidence_ref,
    any_value(text) AS text,
    any_value(url) AS url
FROM flag_open
GROUP BY mention_id, kind
ORDER BY severity DESC, score DESC, mention_id, kind
