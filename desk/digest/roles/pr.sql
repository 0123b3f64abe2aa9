-- figures
WITH day AS (
  SELECT s.*, s.day >= $since AS is_now
  FROM sentiment_daily AS s
  WHERE s.day >= $before_since AND s.day < $until
    AND s.brand_id IN (SELECT brand_id FROM share_of_voice_daily WHERE brand_role = 'own')
), voice AS (
  SELECT day >= $since AS is_now, sum(mentions_deduped) FILTER (brand_role = 'own') AS own,
    sum(mentions_deduped) AS every
  FROM share_of_voice_daily
  WHERE day >= $before_since AND day < $until
  GROUP BY ALL
)
SELECT 'Mentions of us' AS label, coalesce(sum(mentions) FILTER (is_now), 0) AS value,
  sum(mentions) FILTER (NOT is_now) / $parts AS before, 'count' AS unit, NULL AS better
FROM day
UNION ALL
SELECT 'Net sentiment',
  sum(positive - negative) FILTER (is_now)
    / nullif(sum(negative + neutral + positive) FILTER (is_now), 0),
  sum(positive - negative) FILTER (NOT is_now)
    / nullif(sum(negative + neutral + positive) FILTER (NOT is_now), 0), 'score', 'up'
FROM day
UNION ALL
SELECT 'Share of voice, copies once', max(own / nullif(every, 0)) FILTER (is_now),
  max(own / nullif(every, 0)) FILTER (NOT is_now), 'share', 'up'
FROM voice
UNION ALL
SELECT 'Issues begun', count(*) FILTER (started_on >= $since AND started_on < $until),
  count(*) FILTER (started_on < $since AND started_on >= $before_since) / $parts, 'count', 'down'
FROM issue;

-- stack: What people say of us, a day
SELECT day AS x, unnest(['negative', 'not sure', 'neutral', 'positive']) AS series,
  unnest([sum(negative), sum(abstained), sum(neutral), sum(positive)]) AS value
FROM sentiment_daily
WHERE day >= $chart_since AND day < $until
  AND brand_id IN (SELECT brand_id FROM share_of_voice_daily WHERE brand_role = 'own')
GROUP BY day
ORDER BY day;

-- bars: Who is talked about, copies counted once
SELECT brand_id AS label, CASE WHEN day >= $since THEN 'now' ELSE 'before' END AS series,
  sum(mentions_deduped) / CASE WHEN day >= $since THEN 1 ELSE $parts END AS value
FROM share_of_voice_daily
WHERE day >= $before_since AND day < $until
GROUP BY brand_id, day >= $since
ORDER BY label, series;

-- list: Issues of the last days
SELECT replace(topic_id, '(none)', 'no declared topic') || ': ' || authors || ' authors, '
    || mentions || ' mentions' AS text,
  concat_ws(', ', 'stage ' || stage, 'since ' || strftime(started_on, '%d %b'),
    'first on ' || first_source,
    'the loudest author ' || round(100 * largest_author_share)::INT || ' %') AS detail,
  NULL AS url, CASE stage WHEN 'over' THEN NULL ELSE 'bad' END AS tone
FROM issue
WHERE last_on >= $until - INTERVAL 7 DAY AND started_on < $until
ORDER BY stage = 'over', authors DESC, issue_id
LIMIT 5;

-- list: In the media
SELECT title AS text, concat_ws(', ', first_outlet,
    CASE WHEN articles > 1 THEN articles || ' articles' END, strftime(published_at,
      '%d %b')) AS detail,
  url, CASE sentiment WHEN 'negative' THEN 'bad' WHEN 'positive' THEN 'good' END AS tone
FROM media_pickup
WHERE published_at >= $since AND published_at < $until
ORDER BY articles DESC, published_at DESC, mention_id
LIMIT 6;
