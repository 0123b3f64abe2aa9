-- The window as alerts are judged by: a mention once for each brand it is about, and once without
-- a brand where it is about none. The order of columns is that of desk/alert/window.py.
SELECT
    m.mention_id, a.brand_id, m.published_at, m.first_seen_at, m.source, m.stream, m.channel,
    m.kind, m.author_key, m.author_brand_id, m.parent_id, m.thread_id, m.cluster_id, m.intents,
    m.topics, m.flags, m.withheld,
    coalesce(a.relation, '') AS relation,
    coalesce(a.products, '[]') AS products,
    coalesce(a.sentiment, m.sentiment) AS sentiment,
    coalesce(a.addressed, 0) AS addressed
FROM mention AS m
LEFT JOIN about AS a USING (mention_id)
WHERE m.published_at >= ? AND m.published_at < ? AND NOT m.gone
ORDER BY m.published_at, m.mention_id, a.brand_id
