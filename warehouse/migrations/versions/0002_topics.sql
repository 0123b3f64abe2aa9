CREATE TABLE core.topic_night (
	night DATE NOT NULL, 
	since TIMESTAMP WITH TIME ZONE NOT NULL, 
	until TIMESTAMP WITH TIME ZONE NOT NULL, 
	model VARCHAR NOT NULL, 
	topics BIGINT NOT NULL, 
	mentions BIGINT NOT NULL, 
	texts BIGINT NOT NULL, 
	left_out BIGINT NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (night), 
	CHECK (topics >= 0), 
	CHECK (mentions >= 0), 
	CHECK (texts >= 0), 
	CHECK (left_out >= 0)
);
COMMENT ON TABLE core.topic_night IS 'Nights whose discovered topics were loaded. Grain: night.';
COMMENT ON COLUMN core.topic_night.night IS 'Day (UTC) the topics were looked for';
COMMENT ON COLUMN core.topic_night.since IS 'Begin of the window: older mentions were not read';
COMMENT ON COLUMN core.topic_night.until IS 'End of the window';
COMMENT ON COLUMN core.topic_night.model IS 'SHA-256 of the weights the vectors came from, empty where none';
COMMENT ON COLUMN core.topic_night.topics IS 'Topics that stand after this night';
COMMENT ON COLUMN core.topic_night.mentions IS 'Mentions of the window that have one of them';
COMMENT ON COLUMN core.topic_night.texts IS 'Distinct texts that were read, near copies counted once';
COMMENT ON COLUMN core.topic_night.left_out IS 'Mentions whose vectors came from other weights';
COMMENT ON COLUMN core.topic_night.sha256 IS 'SHA-256 of the night''s file';
COMMENT ON COLUMN core.topic_night.loaded_at IS 'When the load last wrote this row';
CREATE TABLE core.discovered_topic (
	topic_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	words VARCHAR[] NOT NULL, 
	born_on DATE NOT NULL, 
	last_on DATE NOT NULL, 
	ended_on DATE, 
	counts_as VARCHAR NOT NULL, 
	PRIMARY KEY (topic_id)
);
COMMENT ON TABLE core.discovered_topic IS 'Topics found in what people say. An id is never used again. Grain: topic_id.';
COMMENT ON COLUMN core.discovered_topic.topic_id IS 'Night it was born and a number';
COMMENT ON COLUMN core.discovered_topic.name IS 'Its strongest words';
COMMENT ON COLUMN core.discovered_topic.words IS 'Words that are its own, the strongest first';
COMMENT ON COLUMN core.discovered_topic.born_on IS 'Night it was born';
COMMENT ON COLUMN core.discovered_topic.last_on IS 'Latest night that lists it';
COMMENT ON COLUMN core.discovered_topic.ended_on IS 'Night it died or was merged; NULL: it stands';
COMMENT ON COLUMN core.discovered_topic.counts_as IS 'Topic its mentions count for: what it was merged into, and that into, or itself';
CREATE TABLE core.discovered_topic_mention (
	mention_id VARCHAR NOT NULL, 
	topic_id VARCHAR NOT NULL, 
	night DATE NOT NULL, 
	nearness REAL, 
	example INTEGER, 
	PRIMARY KEY (mention_id), 
	CHECK (example BETWEEN 1 AND 3)
);
COMMENT ON TABLE core.discovered_topic_mention IS 'The discovered topic of a mention, as of the latest night that looked at it. Grain: mention_id.';
COMMENT ON COLUMN core.discovered_topic_mention.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.discovered_topic_mention.topic_id IS 'The topic, see core.discovered_topic';
COMMENT ON COLUMN core.discovered_topic_mention.night IS 'Night that says so';
COMMENT ON COLUMN core.discovered_topic_mention.nearness IS 'Cosine with the centre of the topic; NULL: not measured that night';
COMMENT ON COLUMN core.discovered_topic_mention.example IS '1 to 3 for the mentions that show the topic best; NULL: others';
CREATE TABLE core.topic_lineage (
	night DATE NOT NULL, 
	kind VARCHAR NOT NULL, 
	from_id VARCHAR NOT NULL, 
	to_id VARCHAR NOT NULL, 
	share DOUBLE PRECISION NOT NULL, 
	PRIMARY KEY (night, kind, from_id, to_id), 
	CHECK (kind IN ('birth', 'death', 'merge', 'split')), 
	CHECK (share BETWEEN 0 AND 1)
);
COMMENT ON TABLE core.topic_lineage IS 'How discovered topics came about and ended. Grain: night, kind, from_id, to_id.';
COMMENT ON COLUMN core.topic_lineage.night IS 'Night it happened';
COMMENT ON COLUMN core.topic_lineage.kind IS 'birth, death, merge (from_id into to_id) or split (to_id off from_id)';
COMMENT ON COLUMN core.topic_lineage.from_id IS 'Topic before; empty for a birth';
COMMENT ON COLUMN core.topic_lineage.to_id IS 'Topic after; empty for a death';
COMMENT ON COLUMN core.topic_lineage.share IS 'Share of from_id''s texts that went over; 1 for births and deaths';
