ALTER TABLE core.decision RENAME TO decision_before;
CREATE TABLE core.decision (
	decision_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	subject_kind VARCHAR NOT NULL, 
	subject_id VARCHAR, 
	mention_id VARCHAR, 
	content_hash VARCHAR, 
	case_id VARCHAR, 
	target VARCHAR, 
	action VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	fields VARCHAR, 
	actor VARCHAR NOT NULL, 
	decided_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	effective_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	due_at TIMESTAMP WITH TIME ZONE, 
	mention_deleted BOOLEAN NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (decision_id), 
	CHECK (kind IN ('correction', 'case', 'takedown', 'triage', 'recommendation', 'experiment', 'engage', 'alert')), 
	CHECK (subject_kind IN ('mention', 'case', 'takedown', 'recommendation', 'experiment', 'alert')), 
	CHECK (subject_id IS NOT NULL OR mention_deleted), 
	CHECK (NOT mention_deleted OR (mention_id IS NULL AND content_hash IS NULL AND note = '')), 
	CHECK (action <> '' AND actor <> '')
);
INSERT INTO core.decision SELECT * FROM core.decision_before;
DROP TABLE core.decision_before;
COMMENT ON TABLE core.decision IS 'What people decided, of every kind. Where the mention was deleted a stub is left, without its id and without words. Grain: decision_id.';
COMMENT ON COLUMN core.decision.decision_id IS 'Hash of kind, who and when';
COMMENT ON COLUMN core.decision.kind IS 'correction, case, takedown, triage, recommendation, …';
COMMENT ON COLUMN core.decision.subject_kind IS 'mention, case, takedown, recommendation, experiment or alert';
COMMENT ON COLUMN core.decision.subject_id IS 'Of what it was decided; NULL: a mention that was deleted';
COMMENT ON COLUMN core.decision.mention_id IS 'The mention, see core.mention; NULL: none, or deleted';
COMMENT ON COLUMN core.decision.content_hash IS 'Content that was read, see core.mention_version; NULL: untold';
COMMENT ON COLUMN core.decision.case_id IS 'Legal case it belongs to';
COMMENT ON COLUMN core.decision.target IS 'What of the subject: a brand, intent, topic or kind of flag; NULL: all of it';
COMMENT ON COLUMN core.decision.action IS 'What was decided; of a correction: the right label';
COMMENT ON COLUMN core.decision.note IS 'Why, in the person''s words; empty where not told, or deleted';
COMMENT ON COLUMN core.decision.fields IS 'What else was said, a JSON object of texts; of a stub: codes only';
COMMENT ON COLUMN core.decision.actor IS 'Who decided, by a pseudonym';
COMMENT ON COLUMN core.decision.decided_at IS 'When it was decided; no two of one kind share a moment';
COMMENT ON COLUMN core.decision.effective_at IS 'When it happened; decided_at, where not told otherwise';
COMMENT ON COLUMN core.decision.due_at IS 'What must be done next is due';
COMMENT ON COLUMN core.decision.mention_deleted IS 'It was of a mention that its source deleted';
COMMENT ON COLUMN core.decision.batch_id IS 'Sealed batch this row comes from';
COMMENT ON COLUMN core.decision.loaded_at IS 'When the load last wrote this row';
