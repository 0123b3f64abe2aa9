-- Discovered topics of the newest week in this time, all products and intents together.
SELECT *, week + 6 AS week_end, week - 7 AS week_before, week - 1 AS week_before_end
FROM discovered_topic_week
WHERE __where__ AND product_id = '(all)' AND intent = '(all)'
QUALIFY week = max(week) OVER ()
ORDER BY mentions DESC, brand_id, topic_id
LIMIT 50
