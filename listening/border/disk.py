"""Which batches there are, what each says of itself, and what to tell of a disk that refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from listening.border.batch import FOOTER_KEY, Batch
from listening.border.error import ListeningError

_MENDS: Final = {
    errno.ENOSPC: "Free space on the disk of LISTENING_DATA and run again; nothing was lost",
    errno.EDQUOT: "Raise the disk quota of LISTENING_DATA and run again; nothing was lost",
    errno.EFBIG: "Raise the file size limit (ulimit -f) and run again; nothing was lost",
    errno.EROFS: "Mount the folder of LISTENING_DATA for writing, or set LISTENING_DATA",
    errno.EACCES: "Give this user the right to write there, or set LISTENING_DATA",
    errno.EPERM: "LISTENING_DATA needs a file system with hard links; set it to such a folder",
    errno.EEXIST: "Another process wrote it without holding the lock; run again",
}


@contextmanager
def explained(where: Path) -> Iterator[None]:
    """Turn what the disk says into an error with its mend.

    Raises:
        ListeningError: in place of an OSError or an Arrow error.
    """
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        code = getattr(error, "errno", None)
        reason = os.strerror(code) if code else str(error)
        mend = _MENDS.get(code or 0, "Mend the disk or folder and run again; nothing was lost")
        raise ListeningError(f"the disk refused: {reason}", where=str(where), mend=mend) from error


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
