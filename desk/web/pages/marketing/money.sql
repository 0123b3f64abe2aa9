-- What was spent, the newest month first.
SELECT *
FROM spend
WHERE __where__
ORDER BY month DESC, campaign, channel, region
