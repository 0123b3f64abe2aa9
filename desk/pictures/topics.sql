-- Complaints by topic in the newest week and the one before, the six largest topics.
WITH newest AS (
  SELECT topic_id AS topic, sum(complaints) AS now, sum(complaints_last_week) AS before
  FROM topic_week
  WHERE week = (SELECT max(week) FROM topic_week) AND topic_id NOT LIKE '(%'
  GROUP BY topic_id
  ORDER BY greatest(now, before) DESC, topic
  LIMIT 6
)
SELECT topic, 'this week' AS week, now AS complaints FROM newest
UNION ALL
SELECT topic, 'last week', before FROM newest
