CREATE TABLE core.competitor (
	brand_id VARCHAR NOT NULL, 
	competitor_id VARCHAR NOT NULL, 
	PRIMARY KEY (brand_id, competitor_id), 
	CHECK (brand_id <> competitor_id)
);
COMMENT ON TABLE core.competitor IS 'With whom an own brand compares its share of voice: those its entry lists, else all competitors of its file. Grain: brand_id, competitor_id.';
COMMENT ON COLUMN core.competitor.brand_id IS 'The own brand, see core.brand';
COMMENT ON COLUMN core.competitor.competitor_id IS 'The competitor, see core.brand';
INSERT INTO core.competitor
SELECT own.brand_id, rival.brand_id
FROM core.brand AS own, core.brand AS rival
WHERE own.role = 'own' AND rival.role = 'competitor';
