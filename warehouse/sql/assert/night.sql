-- A discovered topic of a mention is known, as is the night; a topic counts as one that is known.
SELECT mention_id, topic_id
FROM core.discovered_topic_mention ANTI JOIN core.discovered_topic USING (topic_id)
WHERE rowid >= $since
UNION ALL
SELECT mention_id, topic_id
FROM core.discovered_topic_mention ANTI JOIN core.topic_night USING (night)
WHERE rowid >= $since
UNION ALL
SELECT NULL, one.topic_id
FROM core.discovered_topic AS one
LEFT JOIN core.discovered_topic AS other ON other.topic_id = one.counts_as
WHERE other.topic_id IS NULL OR one.ended_on < one.born_on OR one.last_on < one.born_on
LIMIT 5;
