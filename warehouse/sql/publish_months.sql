-- Writes the older rows of some months, a file each, in one pass. A pass for each month would read
-- the table as often: the rows of a month lie all over it.
SET partitioned_write_max_open_files = __files__;

COPY (
    SELECT *, strftime(make_timestamp(epoch_us(published_at)), '%Y-%m') AS archive_month
    FROM source.__schema__.__table__
    WHERE published_at < '__horizon__'::TIMESTAMPTZ
        AND published_at >= '__since__'::TIMESTAMPTZ
        AND published_at < '__last__'::TIMESTAMPTZ + INTERVAL 1 MONTH
        AND strftime(make_timestamp(epoch_us(published_at)), '%Y-%m') IN (__months__)
) TO '__path__' (
    FORMAT parquet, COMPRESSION zstd, PARTITION_BY (archive_month),
    KV_METADATA {'listening.months': '__claims__'}
);
