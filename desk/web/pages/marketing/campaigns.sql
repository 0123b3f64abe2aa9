-- Campaigns that touch this time; before and after are as long as the campaign.
SELECT
    *,
    starts_on - days_compared::INTEGER AS before_from,
    starts_on - 1 AS before_until,
    starts_on + days_compared::INTEGER - 1 AS during_until,
    ends_on + 1 AS after_from,
    ends_on + days_compared::INTEGER AS after_until
FROM campaign_result
WHERE __where__
ORDER BY starts_on DESC, campaign_id
LIMIT 50
