-- Mentions of our own brands by day and sentiment, those the model would not judge included.
SELECT day, sentiment, rank, sum(mentions) AS mentions
FROM (
  SELECT day, unnest([
      {'sentiment': 'negative', 'rank': 1, 'mentions': negative},
      {'sentiment': 'not sure', 'rank': 2, 'mentions': abstained},
      {'sentiment': 'neutral', 'rank': 3, 'mentions': neutral},
      {'sentiment': 'positive', 'rank': 4, 'mentions': positive}
    ], recursive := true)
  FROM sentiment_daily
  WHERE brand_id IN (SELECT brand_id FROM share_of_voice_daily WHERE brand_role = 'own')
)
GROUP BY ALL
ORDER BY day, rank
