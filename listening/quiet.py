"""Tells whether a crawl was served anything that its stream's newest batch does not hold.

A stream that is asked every half minute mostly serves again what lies behind its cursor. Such a
look need not be sealed: batches would outnumber mentions, and every later step would pay.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import Cursor

_TOLD: Final = [
    "native_id", "content_hash", "reason", "deleted_at", "verified", "likes", "shares", "comments",
    "views", "followers",
]  # fmt: skip


def says_nothing_new(rows: pa.Table, newest: Path) -> bool:
    """Tell whether all rows, contents and counts alike, are in a sealed batch.

    A batch that cannot be read holds nothing.
    """
    try:
        known = set(_told(pq.read_table(newest, columns=_TOLD, partitioning=None)))
    except (OSError, pa.ArrowException):
        return False
    return all(row in known for row in _told(rows))


def moved(before: Cursor, after: Cursor) -> bool:
    """Tell whether a cursor moved on by more than its instant."""
    return {**before, "at": ""} != {**after, "at": ""}


def _told(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].to_pylist() for name in _TOLD), strict=True)
