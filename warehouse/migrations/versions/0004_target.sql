CREATE TABLE core.target_label (
	mention_id VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	brand_id VARCHAR NOT NULL, 
	product_id VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	label VARCHAR NOT NULL, 
	p REAL NOT NULL, 
	abstained VARCHAR, 
	probabilities STRUCT("id" VARCHAR, "p" REAL)[] NOT NULL, 
	PRIMARY KEY (mention_id, content_hash, brand_id, product_id, version), 
	CHECK (label IN ('negative', 'neutral', 'positive')), 
	CHECK (abstained IN ('short', 'language', 'mixed', 'border', 'failed')), 
	CHECK (p BETWEEN 0 AND 1)
);
COMMENT ON TABLE core.target_label IS 'What one content of a mention thinks of a brand or product it is about; none where it could not be judged, and none of the brand''s own words. Grain: mention_id, content_hash, brand_id, product_id, version.';
COMMENT ON COLUMN core.target_label.mention_id IS 'The mention, see core.mention';
COMMENT ON COLUMN core.target_label.content_hash IS 'Content it was said of, see core.mention_version';
COMMENT ON COLUMN core.target_label.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.target_label.product_id IS 'The product, see core.product; empty: the brand as a whole';
COMMENT ON COLUMN core.target_label.version IS 'Version of the tagger';
COMMENT ON COLUMN core.target_label.label IS 'The most probable of negative, neutral and positive';
COMMENT ON COLUMN core.target_label.p IS 'Probability of the label';
COMMENT ON COLUMN core.target_label.abstained IS 'Why the label should not be counted: short, language, mixed or border; NULL: it counts. The probabilities stand all the same';
COMMENT ON COLUMN core.target_label.probabilities IS 'Every class with its probability';
