-- Mentions of each brand over all days, copies counted once.
SELECT brand_id AS brand, brand_role AS role, sum(mentions_deduped) AS mentions
FROM share_of_voice_daily
GROUP BY ALL
ORDER BY mentions DESC
