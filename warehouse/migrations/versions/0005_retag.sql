CREATE TABLE core.tagger_version (
	tagger VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	tagged_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	retagged_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (tagger, version)
);
COMMENT ON TABLE core.tagger_version IS 'Versions of taggers that labels were made by. The newest is the one that stands: the latest by which batches were tagged again, or first. Grain: tagger, version.';
COMMENT ON COLUMN core.tagger_version.tagger IS 'Name of the tagger';
COMMENT ON COLUMN core.tagger_version.version IS 'Version of the tagger, and of the models it reads';
COMMENT ON COLUMN core.tagger_version.tagged_at IS 'When it was first at work';
COMMENT ON COLUMN core.tagger_version.retagged_at IS 'When a batch was last tagged again by it, NULL: none was';
CREATE TABLE core.retag (
	batch_id VARCHAR NOT NULL, 
	tagged_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	taggers VARCHAR NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (batch_id, tagged_at), 
	FOREIGN KEY(batch_id) REFERENCES core.batch (batch_id)
);
COMMENT ON TABLE core.retag IS 'Proof that a batch''s tags were loaded again, made anew by other versions of the taggers. Nothing was served again: the receipt stands. Grain: batch_id, tagged_at.';
COMMENT ON COLUMN core.retag.batch_id IS 'The batch, see core.batch';
COMMENT ON COLUMN core.retag.tagged_at IS 'When it was tagged again';
COMMENT ON COLUMN core.retag.taggers IS 'Versions of the taggers by their names, as JSON';
COMMENT ON COLUMN core.retag.loaded_at IS 'When the load last wrote this row';
