-- figures
SELECT 'Open flags' AS label, count(*) AS value, NULL AS before, 'count' AS unit, 'down' AS better
FROM flag_open
UNION ALL
SELECT 'Flagged in this time',
  count(*) FILTER (first_flagged_at >= $since AND first_flagged_at < $until),
  count(*) FILTER (first_flagged_at < $since AND first_flagged_at >= $before_since) / $parts,
  'count', 'down'
FROM flag_open
UNION ALL
SELECT 'Open at highest severity', count(*) FILTER (severity = 3), NULL, 'count', 'down'
FROM flag_open
UNION ALL
SELECT 'Takedowns overdue', count(*) FILTER (overdue), NULL, 'count', 'down'
FROM takedown;

-- bars: Open flags by kind
SELECT replace(kind, '_', ' ') AS label, 'now' AS series, count(*) AS value
FROM flag_open
GROUP BY kind
ORDER BY value DESC, label;

-- list: Highest severity
SELECT
  -- The reason of what exposes a person names the person: it stays in the file.
  upper(left(kind, 1)) || substr(replace(kind, '_', ' '), 2)
    || CASE WHEN kind IN ('doxxing', 'personal_data', 'credential_leak', 'document_leak') THEN ''
       ELSE ': ' || reason END AS text,
  concat_ws(', ', channel, 'published ' || strftime(published_at, '%d %b'),
    'score ' || round(score, 2),
    'open ' || age_days || ' days', 'flag ' || left(flag_id, 8)) AS detail,
  NULL AS url, 'bad' AS tone
FROM flag_open
WHERE severity = 3
ORDER BY confirmed DESC, score DESC, flag_id
LIMIT 8;

-- table: Clocks that run
SELECT left(takedown_id, 8) AS takedown, platform, basis, state, next_clock AS clock,
  strftime(next_due_on, '%d %b') AS due, CASE WHEN overdue THEN 'overdue' ELSE '' END AS late
FROM takedown
WHERE next_due_on IS NOT NULL
ORDER BY next_due_on, takedown_id
LIMIT 8;

-- table: Suspected infringers
SELECT coalesce(domain, source) AS "where", array_to_string(kinds, ', ') AS kinds,
  open_flags AS "open flags",
  mentions, strftime(last_at, '%d %b') AS latest
FROM infringement_suspect
WHERE open_flags > 0
ORDER BY severity DESC, max_score DESC, author_key, domain
LIMIT 6;
