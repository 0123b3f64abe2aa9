-- Do more people speak of leaving or of buying?
SELECT month, sum(churn) AS churn, sum(purchase) AS purchase
FROM brand_talk
WHERE brand_id = 'larkspur'
GROUP BY month
ORDER BY month;
