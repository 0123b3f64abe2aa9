ALTER TABLE core.mention RENAME TO mention_public;
CREATE TABLE core.mention (
	mention_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	native_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	author_key VARCHAR, 
	published_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	edited_at TIMESTAMP WITH TIME ZONE, 
	observed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	parent_id VARCHAR, 
	thread_id VARCHAR, 
	lang VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	rating DOUBLE PRECISION, 
	mapped_brand_id VARCHAR, 
	campaign VARCHAR, 
	experiment VARCHAR, 
	arm VARCHAR, 
	owned BOOLEAN NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	version_no INTEGER NOT NULL, 
	warnings VARCHAR[] NOT NULL, 
	fetched_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	private BOOLEAN NOT NULL, 
	CHECK (kind IN ('post', 'comment', 'review', 'share')), 
	CHECK (version_no >= 1)
);
INSERT INTO core.mention BY NAME SELECT *, false AS private FROM core.mention_public;
DROP TABLE core.mention_public;
COMMENT ON TABLE core.mention IS 'What somebody said, in the content of the latest look. Grain: mention_id.';
COMMENT ON COLUMN core.mention.mention_id IS 'Hash of source and native_id, whichever stream saw it';
COMMENT ON COLUMN core.mention.source IS 'Name of the source';
COMMENT ON COLUMN core.mention.native_id IS 'The source''s own id';
COMMENT ON COLUMN core.mention.kind IS 'post, comment, review or share';
COMMENT ON COLUMN core.mention.channel IS 'Platform people know it from, such as mastodon';
COMMENT ON COLUMN core.mention.title IS 'Title, empty where none';
COMMENT ON COLUMN core.mention.text IS 'Plain text';
COMMENT ON COLUMN core.mention.url IS 'Where it is, empty where unknown';
COMMENT ON COLUMN core.mention.author_key IS 'Who said it, see core.author; NULL where the source hides it';
COMMENT ON COLUMN core.mention.published_at IS 'When it was said';
COMMENT ON COLUMN core.mention.edited_at IS 'When it was last edited, as the source says';
COMMENT ON COLUMN core.mention.observed_at IS 'First look at it';
COMMENT ON COLUMN core.mention.parent_id IS 'Mention it answers, which may be unknown to us';
COMMENT ON COLUMN core.mention.thread_id IS 'First mention of its thread, which may be unknown to us';
COMMENT ON COLUMN core.mention.lang IS 'Language the source declares (BCP 47), empty where it does not';
COMMENT ON COLUMN core.mention.region IS 'Region the source declares, empty where it does not';
COMMENT ON COLUMN core.mention.rating IS 'Stars or points of a review';
COMMENT ON COLUMN core.mention.mapped_brand_id IS 'Brand stated by an import or an owned stream';
COMMENT ON COLUMN core.mention.campaign IS 'Campaign it belongs to';
COMMENT ON COLUMN core.mention.experiment IS 'Experiment it belongs to';
COMMENT ON COLUMN core.mention.arm IS 'Arm of that experiment';
COMMENT ON COLUMN core.mention.owned IS 'Served by one of the brand''s own channels';
COMMENT ON COLUMN core.mention.content_hash IS 'Hash of the content, see core.mention_version';
COMMENT ON COLUMN core.mention.version_no IS 'Version that stands, see core.mention_version';
COMMENT ON COLUMN core.mention.warnings IS 'Codes such as no_zone, sorted';
COMMENT ON COLUMN core.mention.fetched_at IS 'When the batch of this content was fetched';
COMMENT ON COLUMN core.mention.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.mention.batch_id IS 'Sealed batch this row comes from';
COMMENT ON COLUMN core.mention.private IS 'A message or ticket: only legal and care read its words';
COMMENT ON COLUMN core.batch.marked IS 'More than 2 percent of its items could not be read';
