CREATE MACRO topics_up(brand) AS TABLE
SELECT week, topic_id, mentions, mentions_before, complaints, q_value
FROM topic_week
WHERE brand_id = brand AND trend = 'up' AND week = (SELECT max(week) FROM topic_week)
ORDER BY q_value, mentions DESC;

COMMENT ON MACRO TABLE topics_up IS
    'Declared topics of a brand that grew in the newest week, beyond chance.';

CREATE MACRO said_about(brand, topic, intent) AS TABLE
SELECT published_at, channel, sentiment, text, url, mention_id
FROM feedback_mention
WHERE brand_id = brand AND list_contains(topic_ids, topic) AND list_contains(intents, intent)
ORDER BY published_at DESC, mention_id;

COMMENT ON MACRO TABLE said_about IS
    'What people say of a topic with an intent, such as complaint; the newest first.';
