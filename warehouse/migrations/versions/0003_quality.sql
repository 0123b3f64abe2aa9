CREATE TABLE core.correction (
	correction_id VARCHAR NOT NULL, 
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	tagger VARCHAR NOT NULL, 
	target VARCHAR, 
	label VARCHAR NOT NULL, 
	previous_label VARCHAR, 
	previous_version VARCHAR, 
	actor VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	decided_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (correction_id)
);
COMMENT ON TABLE core.correction IS 'What a person says a label should be, of the content that was read. All are kept: of those of one label the newest counts, as long as that content stands. Grain: correction_id.';
COMMENT ON COLUMN core.correction.correction_id IS 'Hash of mention, content, label and moment';
COMMENT ON COLUMN core.correction.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.correction.content_hash IS 'Content that was read, see core.mention_version';
COMMENT ON COLUMN core.correction.tagger IS 'sentiment, emotion, irony, offensive, language, intent, topic or flag';
COMMENT ON COLUMN core.correction.target IS 'What the label is of: a brand (sentiment), an intent, a topic, a kind of flag; NULL: the whole mention';
COMMENT ON COLUMN core.correction.label IS 'The right label; yes or no for intents and topics, confirmed or dismissed for flags';
COMMENT ON COLUMN core.correction.previous_label IS 'The model''s label at that time; NULL: it had none';
COMMENT ON COLUMN core.correction.previous_version IS 'Version of the tagger that gave it';
COMMENT ON COLUMN core.correction.actor IS 'Who decided, by a pseudonym';
COMMENT ON COLUMN core.correction.note IS 'Why, in the person''s words; empty where not told';
COMMENT ON COLUMN core.correction.decided_at IS 'When it was decided; no two corrections share a moment';
COMMENT ON COLUMN core.correction.batch_id IS 'Sealed batch this row comes from';
COMMENT ON COLUMN core.correction.loaded_at IS 'When the load last wrote this row';
CREATE TABLE core.evaluation (
	evaluation_id VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	task VARCHAR NOT NULL, 
	part VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	measure VARCHAR NOT NULL, 
	run_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	n BIGINT NOT NULL, 
	value DOUBLE PRECISION, 
	ci_low DOUBLE PRECISION, 
	ci_high DOUBLE PRECISION, 
	PRIMARY KEY (evaluation_id, model, task, part, source, language, measure), 
	CHECK (n >= 0)
);
COMMENT ON TABLE core.evaluation IS 'What `listening eval` measured. Grain: evaluation_id, model, task, part, source, language, measure.';
COMMENT ON COLUMN core.evaluation.evaluation_id IS 'File below tagged/evaluation/, without suffix';
COMMENT ON COLUMN core.evaluation.model IS 'Version of the model; several joined by commas';
COMMENT ON COLUMN core.evaluation.task IS 'What was measured: a head, embedding, flag, …';
COMMENT ON COLUMN core.evaluation.part IS 'Part of the set, kind of flag, or corrections';
COMMENT ON COLUMN core.evaluation.source IS 'Labelled set, or source of the corrected mentions';
COMMENT ON COLUMN core.evaluation.language IS 'Language of the texts; (all): together; (unknown)';
COMMENT ON COLUMN core.evaluation.measure IS 'accuracy, macro_recall, macro_f1, ece, recall, agreement, …';
COMMENT ON COLUMN core.evaluation.run_at IS 'When it was measured';
COMMENT ON COLUMN core.evaluation.n IS 'Rows it was measured on';
COMMENT ON COLUMN core.evaluation.value IS 'The measure, 0 to 1; NULL: nothing to measure it on';
COMMENT ON COLUMN core.evaluation.ci_low IS 'Lower end of the 95 percent interval';
COMMENT ON COLUMN core.evaluation.ci_high IS 'Upper end of the 95 percent interval';
