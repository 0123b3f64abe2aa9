CREATE TABLE core.goal (
	goal_id VARCHAR NOT NULL, 
	brand_id VARCHAR, 
	goal VARCHAR, 
	unit VARCHAR, 
	direction VARCHAR NOT NULL, 
	business_goal VARCHAR, 
	operational_goal VARCHAR, 
	financial_goal VARCHAR, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (goal_id), 
	CHECK (direction IN ('up', 'down'))
);
COMMENT ON TABLE core.goal IS 'What each goal is for, whatever the period. Grain: goal_id.';
COMMENT ON COLUMN core.goal.goal_id IS 'Id in the imported file, see core.goal_actual';
COMMENT ON COLUMN core.goal.brand_id IS 'The brand';
COMMENT ON COLUMN core.goal.goal IS 'What is measured';
COMMENT ON COLUMN core.goal.unit IS 'Unit';
COMMENT ON COLUMN core.goal.direction IS 'up: more is better; down: less is';
COMMENT ON COLUMN core.goal.business_goal IS 'Business goal it serves';
COMMENT ON COLUMN core.goal.operational_goal IS 'Operational goal it serves';
COMMENT ON COLUMN core.goal.financial_goal IS 'Financial goal it serves';
COMMENT ON COLUMN core.goal.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.goal.batch_id IS 'Sealed batch this row comes from';
CREATE TABLE core.hr_figure (
	measure VARCHAR NOT NULL, 
	month DATE NOT NULL, 
	brand_id VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	value DOUBLE PRECISION NOT NULL, 
	loaded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	batch_id VARCHAR NOT NULL, 
	PRIMARY KEY (measure, month, brand_id, region), 
	CHECK (measure IN ('headcount', 'hires', 'leavers', 'applications', 'openings')), 
	CHECK (value >= 0)
);
COMMENT ON TABLE core.hr_figure IS 'Staff figures of a month, as the brand states them. Grain: measure, month, brand_id, region.';
COMMENT ON COLUMN core.hr_figure.measure IS 'headcount, hires, leavers, applications or openings';
COMMENT ON COLUMN core.hr_figure.month IS 'First day of the month';
COMMENT ON COLUMN core.hr_figure.brand_id IS 'The brand, see core.brand';
COMMENT ON COLUMN core.hr_figure.region IS 'Region, empty: everywhere';
COMMENT ON COLUMN core.hr_figure.value IS 'People, or openings';
COMMENT ON COLUMN core.hr_figure.loaded_at IS 'When the load last wrote this row';
COMMENT ON COLUMN core.hr_figure.batch_id IS 'Sealed batch this row comes from';
ALTER TABLE core.cost ADD COLUMN post VARCHAR;
COMMENT ON COLUMN core.cost.post IS 'Post it is of: mention_id, the source''s own id, or its address';
