-- How fast we answered what needed an answer
SELECT state, count(*) AS inbound, median(calendar_s) / 60 AS median_minutes,
  median(business_s) / 60 AS median_business_minutes, count(*) FILTER (breached) AS late
FROM response
WHERE needs_reply
GROUP BY state
ORDER BY state;

-- Waiting longest and hurting most
SELECT round(priority, 2) AS priority, class, channel, reason, left(text, 40) AS said
FROM triage
ORDER BY priority DESC, mention_id
LIMIT 5;

-- Try: late answers, and by how much
SELECT inbound_at, due_at, replied_at, business_s / 60 AS business_minutes
FROM response
WHERE breached
ORDER BY inbound_at
LIMIT 5;
