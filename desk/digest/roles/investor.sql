-- figures
WITH talk AS (
  SELECT month = date_trunc('month', $since::DATE) AS is_now, *
  FROM brand_talk
  WHERE month <= date_trunc('month', $since::DATE)
    AND month >= date_trunc('month', $since::DATE) - INTERVAL 1 MONTH
)
SELECT 'Mentions of us, the month' AS label,
  sum(mentions_deduped) FILTER (is_now AND brand_role = 'own') AS value,
  NULL AS before, 'count' AS unit, NULL AS better
FROM talk
UNION ALL
SELECT 'Net sentiment, the month',
  sum(positive - negative) FILTER (is_now AND brand_role = 'own')
    / nullif(sum(negative + neutral + positive) FILTER (is_now AND brand_role = 'own'), 0),
  sum(positive - negative) FILTER (NOT is_now AND brand_role = 'own')
    / nullif(sum(negative + neutral + positive) FILTER (NOT is_now AND brand_role = 'own'), 0),
      'score', 'up'
FROM talk
UNION ALL
SELECT 'Want to leave us, the month', sum(churn) FILTER (is_now AND brand_role = 'own'), NULL,
  'count', 'down'
FROM talk
UNION ALL
SELECT 'Want to buy, the month', sum(purchase) FILTER (is_now AND brand_role = 'own'), NULL,
  'count', 'up'
FROM talk;

-- lines: Mentions by brand, a month, copies counted once
SELECT month AS x, brand_id AS series, sum(mentions_deduped) AS value
FROM brand_talk
WHERE month < $until AND month >= $until - INTERVAL 365 DAY
GROUP BY ALL
ORDER BY x, series;

-- table: How the brands are talked about
SELECT strftime(month, '%b %Y') AS month, brand_id AS brand, mentions_deduped AS mentions, authors,
  negative, neutral,
  positive, round(net_sentiment_of_all, 2) AS "net sentiment"
FROM brand_talk
WHERE month <= $since AND month >= date_trunc('month', $since::DATE) - INTERVAL 1 MONTH
ORDER BY brand_talk.month DESC, mentions_deduped DESC, brand_id
LIMIT 8;

-- list: What our content brought
SELECT coalesce(nullif(title, ''), text) AS text,
  concat_ws(', ', channel, strftime(published_at, '%d %b'), engagement || ' reactions',
    answers || ' answers') AS detail,
  url, NULL AS tone
FROM content_piece
WHERE published_at >= $chart_since AND published_at < $until
ORDER BY engagement DESC NULLS LAST, mention_id
LIMIT 5;
