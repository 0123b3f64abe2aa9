-- Writes the older rows of one month.
COPY (
    SELECT * FROM source.__schema__.__table__
    WHERE published_at < '__horizon__'::TIMESTAMPTZ
        AND strftime(published_at, '%Y-%m') = '__month__'
) TO '__path__' (FORMAT parquet, COMPRESSION zstd);
