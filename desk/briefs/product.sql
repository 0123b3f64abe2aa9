-- What people complain about, the newest week against the one before
SELECT brand_id, topic_id, complaints, complaints_last_week, mentions, change
FROM topic_week
WHERE week = (SELECT max(week) FROM topic_week) AND complaints > 0 AND topic_id <> '(none)'
ORDER BY complaints DESC, brand_id, topic_id
LIMIT 6;

-- What people want, by kind of feedback
SELECT intent, count(DISTINCT mention_id) AS mentions
FROM (SELECT mention_id, unnest(intents) AS intent FROM feedback_mention)
GROUP BY intent
ORDER BY mentions DESC;

-- Try: the complaints behind a number
SELECT day, source, sentiment, left(text, 60) AS said
FROM feedback_mention
WHERE list_contains(intents, 'complaint')
ORDER BY engagement DESC NULLS LAST, mention_id
LIMIT 5;
