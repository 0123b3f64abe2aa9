-- Mentions of our own brands by day and sentiment; abstentions are left out.
SELECT day, sentiment, rank, sum(mentions) AS mentions
FROM (
  SELECT day, unnest([
      {'sentiment': 'negative', 'rank': 1, 'mentions': negative},
      {'sentiment': 'neutral', 'rank': 2, 'mentions': neutral},
      {'sentiment': 'positive', 'rank': 3, 'mentions': positive}
    ], recursive := true)
  FROM sentiment_daily
  WHERE brand_id IN (SELECT brand_id FROM share_of_voice_daily WHERE brand_role = 'own')
)
GROUP BY ALL
ORDER BY day, rank
