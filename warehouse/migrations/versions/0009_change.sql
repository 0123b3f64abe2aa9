CREATE SEQUENCE core.change_no;
CREATE TABLE core.change (
	change_no BIGINT NOT NULL, 
	mention_id VARCHAR NOT NULL, 
	batch_id VARCHAR, 
	whole BOOLEAN NOT NULL, 
	CHECK (whole = (mention_id = ''))
);
COMMENT ON TABLE core.change IS 'Mentions of which something changed, by the load that changed it; or a row that says that everything may have. Rows that the models have taken in are forgotten. Has no key index. Grain: change_no, mention_id.';
COMMENT ON COLUMN core.change.change_no IS 'Number of the change; the later the greater';
COMMENT ON COLUMN core.change.mention_id IS 'The mention, also one that was deleted; empty where whole';
COMMENT ON COLUMN core.change.batch_id IS 'Batch that was loaded or re-tagged; NULL: topics or brand files';
COMMENT ON COLUMN core.change.whole IS 'Brands or reference tables changed: build everything anew';
INSERT INTO core.change VALUES (nextval('core.change_no'), '', NULL, true);
