-- Topics of the newest week in this time, those most complained of first.
SELECT *, week + 6 AS week_end, week - 7 AS week_before, week - 1 AS week_before_end
FROM topic_week
WHERE __where__
QUALIFY week = max(week) OVER ()
ORDER BY complaints DESC, mentions DESC, brand_id, topic_id
LIMIT 200
