-- Lets the assertions look at the whole warehouse instead of one batch.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT mention_id FROM core.mention
UNION SELECT mention_id FROM core.tombstone
UNION SELECT mention_id FROM core.off_topic
UNION SELECT mention_id FROM core.engagement
UNION SELECT mention_id FROM core.mention_version
UNION SELECT mention_id FROM core.label
UNION SELECT mention_id FROM core.correction
UNION SELECT mention_id FROM core.decision WHERE mention_id IS NOT NULL;

CREATE OR REPLACE TEMP TABLE touched_author AS
SELECT author_key FROM core.author UNION SELECT author_key FROM core.author_follower;
