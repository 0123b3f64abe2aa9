-- Merges the rows of one reference table by key; the later row stands. The names in __…__ come
-- from the table metadata. $batch_id, $now.
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT item_no, __typed__
FROM stage WHERE "table" = '__table__' AND bucket = 'kept';

INSERT INTO outcome
SELECT
    item_no,
    CASE
        WHEN nth > 1 THEN 'updated'
        WHEN NOT known THEN 'inserted'
        WHEN same THEN 'unchanged'
        ELSE 'updated'
    END
FROM (
    SELECT
        item_no,
        row_number() OVER (PARTITION BY __keys__ ORDER BY item_no) AS nth,
        (__keys__) IN (SELECT (__keys__) FROM core.__table__) AS known,
        EXISTS (
            SELECT 1 FROM core.__table__ AS old
            WHERE (__old__) IS NOT DISTINCT FROM (__new__)
        ) AS same
    FROM incoming
);

CREATE OR REPLACE TEMP TABLE change AS
SELECT __columns__ FROM incoming
QUALIFY row_number() OVER (PARTITION BY __keys__ ORDER BY item_no DESC) = 1
EXCEPT
SELECT __columns__ FROM core.__table__;

DELETE FROM core.__table__ WHERE (__keys__) IN (SELECT (__keys__) FROM change);

INSERT INTO core.__table__ BY NAME
SELECT *, $now AS loaded_at, $batch_id AS batch_id FROM change;
