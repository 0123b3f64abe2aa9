-- Writes down the mentions in `changed` as one change. $batch_id: NULL where it was no batch.
CREATE OR REPLACE TEMP TABLE numbered AS SELECT nextval('core.change_no') AS change_no;

INSERT INTO core.change BY NAME
SELECT change_no, mention_id, $batch_id::VARCHAR AS batch_id, false AS whole
FROM changed, numbered;
