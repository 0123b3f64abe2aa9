COMMENT ON COLUMN core.author.author_key IS 'Hash, under a key, of source and the source''s author id, else the handle';
CREATE TABLE core.pseudonym (
	key_id VARCHAR NOT NULL, 
	PRIMARY KEY (key_id)
);
COMMENT ON TABLE core.pseudonym IS 'With which key author keys are made; the key itself lies outside the data root. One row. Grain: key_id.';
COMMENT ON COLUMN core.pseudonym.key_id IS 'Name of the key, which tells nothing of it';
