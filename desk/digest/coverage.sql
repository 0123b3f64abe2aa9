-- Streams that did not see all of the period, the worst state of each source and host.
WITH looked AS (
  SELECT source, host, state, reason, since, until
  FROM coverage
  WHERE until IS NOT NULL
), seen AS (
  SELECT source, host, state, reason
  FROM looked
  WHERE state <> 'complete' AND until > $since AND coalesce(since, until) < $until
  UNION ALL
  -- Nobody looked behind the period's beginning: what was said in it is not known.
  SELECT source, host, 'silent', ''
  FROM looked
  GROUP BY source, host
  HAVING max(until) <= $since
)
SELECT source, host, state, any_value(reason ORDER BY reason DESC) AS reason
FROM seen
GROUP BY source, host, state
QUALIFY row_number() OVER (
  PARTITION BY source, host
  ORDER BY list_position(['silent', 'blocked', 'partial', 'capped', 'blind'], state)
) = 1
ORDER BY source, host
