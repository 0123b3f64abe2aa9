"""A sealed batch as a file: written, flushed and linked whole, and read against itself.

Page checksums cover the rows; a digest of our own covers the footer's JSON and the columns.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    FOOTER_KEY,
    ROW_GROUP,
    Batch,
    ListeningError,
    crash_at,
    explained,
    flush_folder,
    read_batch,
)
from listening.disk import link_new

DIGEST_KEY: Final = b"listening.sha256"
SEAL_POINTS: Final = (
    "seal:before_fsync",
    "seal:after_fsync",
    "seal:after_warc_link",
    "seal:before_link",
    "seal:after_link",
)


def verify(path: Path) -> Batch:
    """Read every byte of a sealed batch against its checksums and counts, and return it.

    Raises:
        ListeningError: it is missing, cut, altered, or no batch of ours.
    """
    batch = read_batch(path)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
            # Arrow keeps a second copy of the footer, which it reads; other readers see this.
            stored, copy = parquet.metadata.metadata, parquet.schema_arrow.metadata
            table = parquet.read()
        whole = stored[DIGEST_KEY] == _digest(stored[FOOTER_KEY], table.schema)
        alike = stored[FOOTER_KEY] == copy[FOOTER_KEY] and stored[DIGEST_KEY] == copy[DIGEST_KEY]
        if not (whole and alike and buckets(table) == dict(batch.counts)):
            raise ValueError("its footer and its rows disagree")  # noqa: TRY301
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise ListeningError(
            f"a damaged batch: {error}",
            where=str(path),
            mend="It is set aside and crawled again from its predecessor at the next crawl",
        ) from error
    return batch


def _digest(footer: bytes, schema: pa.Schema) -> bytes:
    """Hash what the page checksums do not cover: the footer's JSON, column names and types."""
    columns = "".join(f"\n{field.name} {field.type}" for field in schema)
    columns = columns.replace("list<element:", "list<item:")  # Parquet's name for the same
    return hashlib.sha256(footer + columns.encode()).hexdigest().encode()


def buckets(rows: pa.Table) -> dict[str, int]:
    """Return how many rows each bucket has."""
    return {
        pair["values"]: pair["counts"]
        for pair in pc.value_counts(rows.column("bucket")).to_pylist()
    }


def flush_warc(warc: Path) -> str:
    """Make a WARC durable and return its SHA-256."""
    with explained(warc), warc.open("rb") as handle:
        os.fsync(handle.fileno())
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_rows(rows: pa.Table, batch: Batch, path: Path) -> Path:
    """Write and flush a batch's rows under a temporary name beside its day."""
    footer = batch.to_footer()
    meta = {FOOTER_KEY: footer, DIGEST_KEY: _digest(footer, rows.schema)}
    table = rows.replace_schema_metadata(meta)
    temporary = path.parent.parent / f".{path.name}.tmp"
    try:
        with temporary.open("xb") as handle:
            pq.write_table(table, handle, ROW_GROUP, compression="zstd", write_page_checksum=True)
            handle.flush()
            crash_at("seal:before_fsync")
            os.fsync(handle.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    crash_at("seal:after_fsync")
    return temporary


def link_whole(temporary: Path, warc: Path | None, path: Path) -> None:
    """Link the WARC, then the rows: with the rows in place, the batch is sealed."""
    linked = False
    try:
        if warc is not None:
            link_new(warc, path.with_suffix(".warc.gz"))
            linked = True
            crash_at("seal:after_warc_link")
        crash_at("seal:before_link")
        link_new(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        if linked and not path.exists():
            path.with_suffix(".warc.gz").unlink()
        raise
    crash_at("seal:after_link")


def warcs_of(path: Path) -> list[Path]:
    """Return the WARCs beside a batch: its own, and what a killed revision left."""
    return sorted(path.parent.glob(f"{path.stem}.*warc.gz"))


def drop_other_warcs(path: Path, batch: Batch) -> None:
    """Remove WARCs beside a batch that it does not name."""
    for warc in warcs_of(path):
        if warc.name != batch.warc:
            warc.unlink()
    flush_folder(path.parent)


def seq_of(path: Path) -> int:
    """Return the number of a batch within its stream, from its file's name."""
    return int(path.name.partition(".")[0])
