-- figures
WITH post AS (
  SELECT week = date_trunc('week', $since::DATE) AS is_now, *
  FROM post_value_week
  WHERE week >= date_trunc('week', $since::DATE) - INTERVAL 7 DAY
    AND week <= date_trunc('week', $since::DATE)
    AND brand_role = 'own' AND channel = '(all)' AND region = '(all)' AND campaign = '(all)'
)
SELECT 'Own posts, the week' AS label, coalesce(sum(posts) FILTER (is_now), 0) AS value,
  sum(posts) FILTER (NOT is_now) AS before, 'count' AS unit, NULL AS better
FROM post
UNION ALL
SELECT 'Comments a post',
  sum(conversation) FILTER (is_now) / nullif(sum(posts_with_conversation) FILTER (is_now), 0),
  sum(conversation) FILTER (NOT is_now) / nullif(sum(posts_with_conversation) FILTER (NOT is_now),
    0), 'number', 'up'
FROM post
UNION ALL
SELECT 'Shares a post',
  sum(amplification) FILTER (is_now) / nullif(sum(posts_with_amplification) FILTER (is_now), 0),
  sum(amplification) FILTER (NOT is_now) / nullif(sum(posts_with_amplification) FILTER (NOT
    is_now), 0), 'number', 'up'
FROM post
UNION ALL
SELECT 'Likes a post',
  sum(applause) FILTER (is_now) / nullif(sum(posts_with_applause) FILTER (is_now), 0),
  sum(applause) FILTER (NOT is_now) / nullif(sum(posts_with_applause) FILTER (NOT is_now), 0),
    'number', 'up'
FROM post;

-- lines: Reactions to our posts and to our rivals', a week
SELECT week AS x, brand_id AS series, sum(engagement) AS value
FROM post_value_week
WHERE channel = '(all)' AND region = '(all)' AND campaign = '(all)' AND week < $until
  AND week >= $until - INTERVAL 84 DAY
GROUP BY ALL
HAVING sum(engagement) IS NOT NULL
ORDER BY x, series;

-- list: Young posts that rise: worth amplifying
SELECT coalesce(nullif(title, ''), text) AS text,
  concat_ws(', ', channel, 'by ' || replace(said_by, '_', ' '),
    engagement || ' reactions in ' || age_h || ' h',
    round(times_usual, 1) || ' times the usual') AS detail,
  url, 'good' AS tone
FROM young_post
WHERE verdict = 'worth_amplifying'
ORDER BY times_usual DESC NULLS LAST, engagement DESC, mention_id
LIMIT 5;

-- list: What engages in our field
SELECT coalesce(nullif(title, ''), text) AS text,
  concat_ws(', ', brand_id, channel, 'by ' || replace(said_by, '_', ' '),
    engagement || ' reactions',
    strftime(published_at, '%d %b')) AS detail,
  url, NULL AS tone
FROM content_rank
WHERE published_at >= $chart_since AND published_at < $until AND engagement > 0
QUALIFY row_number() OVER (PARTITION BY mention_id ORDER BY said_by <> 'brand', brand_id) = 1
ORDER BY published_at < $since, engagement DESC NULLS LAST, mention_id
LIMIT 6;

-- table: What was tested
SELECT name AS experiment, metric, round(100 * lift)::INT || ' %' AS lift,
  round(100 * ci_low)::INT || ' to ' || round(100 * ci_high)::INT || ' %' AS "95 % interval",
  replace(coalesce(verdict, null_reason), '_', ' ') AS verdict
FROM experiment
WHERE starts_on < $until
ORDER BY ends_on DESC, id
LIMIT 5;
