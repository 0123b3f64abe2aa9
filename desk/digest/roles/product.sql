-- figures
WITH said AS (
  SELECT DISTINCT mention_id, day >= $since AS is_now, intent
  FROM (SELECT mention_id, day, unnest(intents) AS intent FROM feedback_mention
        WHERE day >= $before_since AND day < $until AND NOT is_spam)
), kind AS (
  SELECT * FROM (VALUES ('Complaints', 'complaint', 'down'), ('Bug reports', 'bug_report', 'down'),
    ('Suggestions', 'suggestion', NULL), ('Praise', 'praise', 'up')) AS k(label, intent, better)
)
SELECT k.label, count(mention_id) FILTER (is_now) AS value,
  count(mention_id) FILTER (NOT is_now) / $parts AS before, 'count' AS unit,
    any_value(k.better) AS better
FROM kind AS k
LEFT JOIN said USING (intent)
GROUP BY k.label, k.intent
ORDER BY list_position(['complaint', 'bug_report', 'suggestion', 'praise'], k.intent);

-- bars: Complaints by topic
WITH said AS (
  SELECT mention_id, day >= $since AS is_now, unnest(topic_ids) AS topic
  FROM feedback_mention
  WHERE day >= $before_since AND day < $until AND list_contains(intents,
    'complaint') AND NOT is_spam
), ranked AS (
  SELECT topic FROM said GROUP BY topic ORDER BY count(*) DESC, topic LIMIT 6
)
SELECT topic AS label, CASE WHEN is_now THEN 'now' ELSE 'before' END AS series,
  count(*) / CASE WHEN is_now THEN 1 ELSE $parts END AS value
FROM said
WHERE topic IN (FROM ranked)
GROUP BY topic, is_now
ORDER BY label, series;

-- list: Topics that changed
SELECT topic_id || ': ' || mentions || ' mentions, ' || mentions_before || ' the week before' AS
  text,
  concat_ws(', ', 'complaints: ' || complaints, 'authors: ' || authors, 'brand ' || brand_id,
    CASE WHEN NOT is_complete THEN 'the week is not over' END) AS detail,
  NULL AS url, CASE trend WHEN 'up' THEN 'bad' WHEN 'down' THEN 'good' END AS tone
FROM topic_week
WHERE week = date_trunc('week', $since::DATE) AND trend IN ('up', 'down') AND topic_id <> '(none)'
ORDER BY abs(change) DESC, brand_id, topic_id
LIMIT 5;

-- list: The complaints that move most people
SELECT coalesce(nullif(title, ''), text) AS text,
  concat_ws(', ', channel, strftime(published_at, '%d %b'), nullif(array_to_string(topic_ids,
    ', '), ''),
    CASE WHEN engagement > 0 THEN engagement || ' reactions' END) AS detail,
  url, 'bad' AS tone
FROM feedback_mention
WHERE day >= $since AND day < $until AND list_contains(intents, 'complaint') AND NOT is_spam
ORDER BY engagement DESC NULLS LAST, mention_id
LIMIT 5;

-- table: Releases: problems before and after
SELECT product_id AS product, version, strftime(released_on, '%d %b') AS released,
  problem_voices_before AS "people with problems before", problem_voices_after AS "after",
  replace(coalesce(verdict, null_reason), '_', ' ') AS verdict
FROM release_change
WHERE topic_id = '(all)' AND released_on >= $until - INTERVAL 60 DAY AND released_on < $until
ORDER BY released_on DESC, release_id
LIMIT 4;
