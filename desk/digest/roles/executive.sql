-- figures
WITH talk AS (
  SELECT week, sum(mentions_deduped) FILTER (brand_role = 'own') AS own,
    sum(mentions_deduped) AS every,
    sum(positive - negative) FILTER (brand_role = 'own') AS net,
    sum(negative + neutral + positive) FILTER (brand_role = 'own') AS judged,
    sum(inbound) AS inbound, sum(answered_in_time) AS in_time,
    week = date_trunc('week', $since::DATE) AS is_now
  FROM brand_week
  WHERE week <= date_trunc('week', $since::DATE)
    AND week >= date_trunc('week', $since::DATE) - INTERVAL 7 DAY
  GROUP BY week
), pair AS (
  SELECT any_value(own) FILTER (is_now) AS own, any_value(own) FILTER (NOT is_now) AS own_before,
    any_value(own / nullif(every, 0)) FILTER (is_now) AS share,
    any_value(own / nullif(every, 0)) FILTER (NOT is_now) AS share_before,
    any_value(net / nullif(judged, 0)) FILTER (is_now) AS net,
    any_value(net / nullif(judged, 0)) FILTER (NOT is_now) AS net_before,
    any_value(in_time / nullif(inbound, 0)) FILTER (is_now) AS in_time,
    any_value(in_time / nullif(inbound, 0)) FILTER (NOT is_now) AS in_time_before,
    $parts = 1 AS is_whole
  FROM talk
)
SELECT CASE WHEN is_whole THEN 'Mentions of us' ELSE 'Mentions, week so far' END AS label,
  coalesce(own, 0) AS value, CASE WHEN is_whole THEN own_before END AS before, 'count' AS unit,
    NULL AS better
FROM pair
UNION ALL
SELECT 'Share of voice', share, share_before, 'share', 'up' FROM pair
UNION ALL
SELECT 'Net sentiment', net, net_before, 'score', 'up' FROM pair
UNION ALL
SELECT 'Answered in time', in_time, in_time_before, 'share', 'up' FROM pair;

-- table: Goals
SELECT goal, coalesce(nullif(region, ''), 'all') AS region, round(actual, 1) AS actual,
  round(target, 1) AS target,
  unit, trend,
    CASE WHEN is_on_track THEN 'on track' WHEN is_on_track IS NULL THEN 'unknown' ELSE 'missed'
      END AS state
FROM scorecard
WHERE starts_on <= $until
QUALIFY row_number() OVER (PARTITION BY goal_id, region, brand_id ORDER BY starts_on DESC) = 1
ORDER BY is_on_track NULLS FIRST, attained, goal, region
LIMIT 10;

-- stack: What people say of us, a week
SELECT week AS x, unnest(['negative', 'not sure', 'neutral', 'positive']) AS series,
  unnest([sum(negative), sum(abstained), sum(neutral), sum(positive)]) AS value
FROM brand_week
WHERE brand_role = 'own' AND week < $until AND week >= $until - INTERVAL 84 DAY
GROUP BY week
ORDER BY week;

-- lines: Mentions by brand, a week, copies counted once
SELECT week AS x, brand_id AS series, sum(mentions_deduped) AS value
FROM brand_week
WHERE week < $until AND week >= $until - INTERVAL 84 DAY
GROUP BY ALL
ORDER BY x, series;
