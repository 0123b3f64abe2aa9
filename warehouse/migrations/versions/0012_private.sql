ALTER TABLE core.mention ADD COLUMN private BOOLEAN DEFAULT false;
ALTER TABLE core.mention ALTER COLUMN private SET NOT NULL;
ALTER TABLE core.mention ALTER COLUMN private DROP DEFAULT;
COMMENT ON COLUMN core.mention.private IS 'A message or ticket: only legal and care read its words';
COMMENT ON COLUMN core.batch.marked IS 'More than 2 percent of its items could not be read';
