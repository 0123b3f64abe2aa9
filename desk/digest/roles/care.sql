-- figures
WITH day AS (
  SELECT *, day >= $since AS is_now
  FROM response_daily
  WHERE day >= $before_since AND day < $until
), asked AS (
  SELECT day >= $since AS is_now, median(business_s) / 60 AS minutes
  FROM response
  WHERE needs_reply AND replied_at IS NOT NULL AND day >= $before_since AND day < $until
  GROUP BY ALL
)
SELECT 'Needed an answer' AS label, coalesce(sum(inbound) FILTER (is_now), 0) AS value,
  sum(inbound) FILTER (NOT is_now) / $parts AS before, 'count' AS unit, NULL AS better
FROM day
UNION ALL
SELECT 'Answered in time', sum(answered_in_time) FILTER (is_now)
    / nullif(sum(inbound) FILTER (is_now) - sum(open_not_due) FILTER (is_now), 0),
  sum(answered_in_time) FILTER (NOT is_now)
    / nullif(sum(inbound) FILTER (NOT is_now) - sum(open_not_due) FILTER (NOT is_now), 0),
  'share', 'up'
FROM day
UNION ALL
SELECT 'Median answer, business time', max(minutes) FILTER (is_now),
  max(minutes) FILTER (NOT is_now),
  'minutes', 'down'
FROM asked
UNION ALL
SELECT 'Waiting now', count(*) FILTER (status NOT IN ('resolved', 'dismissed')), NULL, 'count',
  'down'
FROM triage;

-- stack: Needed an answer, a day
SELECT day AS x, unnest(['late or open', 'answered in time']) AS series,
  unnest([sum(inbound - answered_in_time), sum(answered_in_time)]) AS value
FROM response_daily
WHERE day >= $chart_since AND day < $until
GROUP BY day
ORDER BY day;

-- list: Waiting longest and hurting most
SELECT coalesce(nullif(title, ''), text) AS text,
  concat_ws(', ', replace(class, '_', ' '), channel, 'waiting ' || waiting_s // 3600 || ' h',
    CASE WHEN breached THEN 'past its due time' END,
      CASE WHEN owner IS NOT NULL THEN 'taken' END) AS detail,
  url, CASE WHEN breached OR class = 'legal_safety' THEN 'bad' END AS tone
FROM triage
ORDER BY priority DESC, mention_id
LIMIT 6;

-- list: Worth joining
SELECT coalesce(nullif(title, ''), text) AS text,
  concat_ws(', ', need, channel, replace(relation, '_', ' '),
    replies_so_far || ' replies so far') AS detail,
  reply_link AS url, 'good' AS tone
FROM join_candidate
ORDER BY score DESC, mention_id
LIMIT 4;

-- weekly table: Did the answer help?
SELECT CASE WHEN is_answered THEN 'answered' ELSE 'not answered' END AS asked_and,
  sum(asked) AS people,
  sum(better) AS better, sum(same) AS same, sum(worse) AS worse, sum(silent) AS silent
FROM response_outcome_week
WHERE week >= $since AND week < $until
GROUP BY is_answered
ORDER BY is_answered DESC;
