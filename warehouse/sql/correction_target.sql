-- Whether there is such a target. $tagger, $target. Topics may be declared or found.
SELECT CASE $tagger
    WHEN 'sentiment' THEN EXISTS (SELECT 1 FROM core.brand WHERE brand_id = $target)
    WHEN 'topic' THEN EXISTS (SELECT 1 FROM core.topic WHERE topic_id = $target)
        OR EXISTS (SELECT 1 FROM core.mention_topic WHERE topic_id = $target)
    ELSE true
END;
