CREATE MACRO flags_of(flag_kind) AS TABLE
SELECT opened_at, age_days, severity, score, channel, author_handle, span_text, url, evidence_ref
FROM flag_open
WHERE kind = flag_kind
ORDER BY severity DESC, score DESC NULLS LAST, opened_at;

COMMENT ON MACRO TABLE flags_of IS 'Open flags of a kind, such as counterfeit; the gravest first.';

CREATE MACRO takedowns_due(on_day) AS TABLE
SELECT takedown_id, case_id, platform, basis, state, next_clock, next_due_on, overdue, owner
FROM takedown
WHERE next_due_on <= on_day
ORDER BY next_due_on, takedown_id;

COMMENT ON MACRO TABLE takedowns_due IS 'Takedowns whose next clock runs out on a day or before it.';
