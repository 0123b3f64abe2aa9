-- Legal cases, open ones and what is due first.
SELECT
    case_id AS subject_id,
    '' AS target,
    coalesce(title, case_id) AS said,
    state AS status,
    owner,
    opened_at,
    age_days,
    mentions,
    flags,
    flag_kinds,
    takedowns_open,
    is_held,
    hold_basis,
    hold_approver,
    hold_until,
    due_at
FROM legal_case
ORDER BY state DESC, due_at NULLS LAST, opened_at, case_id
