-- Whether there is such a target. $tagger, $target. Topics found by night are named by the model
-- anew, so people correct the declared ones.
SELECT CASE $tagger
    WHEN 'sentiment' THEN EXISTS (SELECT 1 FROM core.brand WHERE brand_id = $target)
    WHEN 'topic' THEN EXISTS (SELECT 1 FROM core.topic WHERE topic_id = $target)
    ELSE true
END;
