-- Campaigns that touch this time.
SELECT *
FROM campaign_result
WHERE __where__
ORDER BY starts_on DESC, campaign_id
LIMIT 50
