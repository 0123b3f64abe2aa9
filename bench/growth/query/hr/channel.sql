-- On which channels do our handles speak, and are they answered?
SELECT channel, sum(posts) AS posts, sum(replies) AS replies, sum(engagement) AS engagement
FROM participation_week
WHERE brand_id = 'larkspur'
GROUP BY channel
ORDER BY posts DESC;
