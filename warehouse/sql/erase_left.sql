-- After the steps that follow erase.sql: of what changed, only what is still there is told.
DELETE FROM changed WHERE mention_id IN (SELECT mention_id FROM gone);
