-- Writes down that a build began. $since.
INSERT INTO staging.building VALUES ($since);
