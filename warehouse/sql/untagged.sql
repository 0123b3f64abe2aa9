-- A batch without texts has no tags.
CREATE OR REPLACE TEMP VIEW tag_now AS SELECT mention_id FROM core.mention WHERE false;
