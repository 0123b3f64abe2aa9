-- A mention is in one place, once: mention, tombstone or off_topic.
SELECT mention_id, list_sort(list(place)) AS places
FROM (
    SELECT mention_id, 'mention' AS place FROM mention_check
    UNION ALL SELECT mention_id, 'tombstone' FROM core.tombstone
    UNION ALL SELECT mention_id, 'off_topic' FROM core.off_topic
)
SEMI JOIN touched USING (mention_id)
GROUP BY mention_id
HAVING count(*) > 1
LIMIT 5;
