-- Writes down that everything may have changed. $batch_id: NULL where it was no batch.
INSERT INTO core.change VALUES (nextval('core.change_no'), '', $batch_id, true);
