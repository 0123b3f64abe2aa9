-- What each author was called, and is called from now on.
CREATE OR REPLACE TEMP TABLE renaming (old_key VARCHAR, new_key VARCHAR);
