-- The months (UTC) of the rows that are not recent enough. $horizon.
SELECT DISTINCT strftime(published_at, '%Y-%m') AS month
FROM source.__schema__.__table__ WHERE published_at < $horizon
ORDER BY month;
