-- Copies the rows of one mention table that are recent enough. $horizon.
CREATE TABLE team.main.__table__ AS
SELECT * FROM source.__schema__.__table__ WHERE published_at >= $horizon ORDER BY __ordered__;
