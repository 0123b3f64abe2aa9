-- What the older rows of each month (UTC) add up to, in whatever order they lie: count, sum and xor
-- of the rows' hashes. $horizon.
SELECT strftime(month, '%Y-%m') AS month, count(*), sum(row_hash), bit_xor(row_hash)
FROM (
    SELECT
        date_trunc('month', make_timestamp(epoch_us(published_at))) AS month,
        hash(__hashed__) AS row_hash
    FROM source.__schema__.__table__ WHERE published_at < $horizon
)
GROUP BY month
ORDER BY month;
