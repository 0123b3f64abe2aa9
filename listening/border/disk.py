"""Which batches there are, what each says of itself, and how a name on the disk is made to stay."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from listening.border.batch import FOOTER_KEY, Batch
from listening.border.error import ListeningError


def batch_ids(landing: Path) -> list[str]:
    """Return the ids of all sealed batches below a landing (or tagged) folder, sorted."""
    return sorted(
        path.relative_to(landing).with_suffix("").as_posix()
        for path in landing.glob("*/*/*/*.parquet")
        if not path.name.startswith(".")
    )


def read_batch(path: Path) -> Batch:
    """Read what a sealed batch says of itself.

    Raises:
        ListeningError: the file is missing, cut, or no batch of ours.
    """
    try:
        footer = pq.read_schema(path).metadata[FOOTER_KEY]
        return Batch.from_footer(footer)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ListeningError(
            f"not a sealed batch: {error}",
            where=str(path),
            mend="It is set aside and crawled again from its predecessor at the next crawl",
        ) from error


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
