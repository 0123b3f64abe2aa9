-- Nothing is left of the mentions in `gone`: not of those that were known (`lost`, `known_…`).
DELETE FROM core.quarantine
WHERE source = 'desk' AND native_id IN (SELECT mention_id FROM gone);

DELETE FROM core.mention WHERE rowid IN (SELECT row_no FROM lost);
DELETE FROM core.mention_version
WHERE rowid IN (SELECT row_no FROM known_version SEMI JOIN gone USING (mention_id));
DELETE FROM core.engagement
WHERE rowid IN (SELECT row_no FROM known_look SEMI JOIN gone USING (mention_id));
DELETE FROM core.mention_stream
WHERE rowid IN (SELECT row_no FROM known_stream SEMI JOIN gone USING (mention_id));
DELETE FROM core.mention_query
WHERE rowid IN (SELECT row_no FROM known_query SEMI JOIN gone USING (mention_id));

-- Where nothing is lost, none of these is looked through. What belongs to the standing content
-- goes with outdated.sql.
DELETE FROM core.label WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.target_label WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.label_failure WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.correction WHERE mention_id IN (SELECT mention_id FROM lost);
DELETE FROM core.discovered_topic_mention WHERE mention_id IN (SELECT mention_id FROM lost);
