-- A batch without texts has no tags.
CREATE OR REPLACE TEMP TABLE spoken (mention_id VARCHAR, content_hash VARCHAR, versions VARCHAR);
