-- Takes back what an earlier making of the newest night wrote of topics; nothing, the first
-- time. $night.
DELETE FROM core.topic_lineage WHERE night = $night;

DELETE FROM core.discovered_topic WHERE born_on = $night;

DELETE FROM core.topic_night WHERE night = $night;
