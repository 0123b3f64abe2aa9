-- Copies one table of a team. `source` is the warehouse, `team` the fresh file.
CREATE TABLE team.main.__table__ AS SELECT * FROM source.__schema__.__table__ ORDER BY __ordered__;
