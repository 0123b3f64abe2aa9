-- figures
WITH part AS (
  SELECT week = date_trunc('week', $since::DATE) AS is_now, *
  FROM participation_week
  WHERE week <= date_trunc('week', $since::DATE)
    AND week >= date_trunc('week', $since::DATE) - INTERVAL 7 DAY
), month AS (
  SELECT * FROM figure_month WHERE month <= $since AND region = ''
  QUALIFY row_number() OVER (PARTITION BY brand_id ORDER BY month DESC) = 1
)
SELECT 'Posts of our people, the week' AS label, coalesce(sum(posts) FILTER (is_now), 0) AS value,
  sum(posts) FILTER (NOT is_now) AS before, 'count' AS unit, NULL AS better
FROM part
UNION ALL
SELECT 'Replies, the week', coalesce(sum(replies) FILTER (is_now), 0),
  sum(replies) FILTER (NOT is_now), 'count', NULL
FROM part
UNION ALL
SELECT 'Said of us as employer, the month', sum(employer_mentions), NULL, 'count', NULL
FROM month
UNION ALL
SELECT 'Candidates who spoke, the month', sum(candidate_mentions), NULL, 'count', NULL
FROM month;

-- stack: Posts of our own people and handles, a week
SELECT week AS x, channel AS series, sum(posts + replies) AS value
FROM participation_week
WHERE week < $until AND week >= $until - INTERVAL 84 DAY
GROUP BY ALL
ORDER BY x, series;

-- table: What is said of us as an employer
SELECT strftime(week, '%d %b') AS week, subject, mentions, coalesce(authors::VARCHAR,
  null_reason) AS authors,
  negative, positive
FROM employer_talk
WHERE week < $until AND week >= $until - INTERVAL 84 DAY
ORDER BY employer_talk.week DESC, subject
LIMIT 8;

-- table: Figures of the month
SELECT strftime(month, '%b %Y') AS month, coalesce(nullif(region, ''), 'all') AS region, headcount,
  hires, leavers,
  applications, openings
FROM figure_month
WHERE month < $until
ORDER BY figure_month.month DESC, region
LIMIT 4;
