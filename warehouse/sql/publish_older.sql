-- The mentions that the file's tables name, and of these what is told of no more at length. Returns how
-- many these are.
CREATE OR REPLACE TEMP TABLE named AS __named__;

CREATE OR REPLACE TEMP TABLE older AS
SELECT mention_id FROM named ANTI JOIN told_mention USING (mention_id);

CREATE OR REPLACE TEMP TABLE older_mention AS FROM told_mention WHERE false;

SELECT count(*) FROM older;
