"""Keeps the months beside a team's file: writes those whose rows changed, leaves the others.

Every month says in its own footer what its rows add up to. So there is no list that could claim
a month that is not in place: the claim and the rows are one file, renamed into place at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from listening.contract import ListeningError
from warehouse.script import run_script

_FOOTER_KEY: Final = b"listening.months"  # also in publish_months.sql
# Whoever changes how months are written, and not what, counts up: all are written anew.
_LAYOUT: Final = 1


@dataclass(slots=True)
class Archive:
    """The months of one table: which there must be, and which of them are new."""

    rows: int = 0
    months: set[Path] = field(default_factory=set)
    written: dict[Path, Path] = field(default_factory=dict)  # final -> temporary


def archive_months(
    connection: sa.Connection, folder: Path, names: Mapping[str, str], horizon: datetime
) -> Archive:
    """Write the months of rows older than the horizon that are not in place as they are.

    Args:
        connection: with the warehouse attached as `source`.
        folder: where the table's months lie, as `<YYYY-MM>.parquet`.
        names: `schema` and `table`, quoted, and `hashed` and `shape` (publish_tables.sql).
        horizon: rows published before it are old.

    Raises:
        ListeningError: a month that was written holds other rows than were counted.
    """
    found = Archive()
    claims: dict[str, str] = {}
    counts: dict[str, int] = {}
    sums = run_script(connection, "publish_sums", {"horizon": horizon}, names)
    for month, rows, *parts in sums:
        found.rows += rows
        final = folder / f"{month}.parquet"
        found.months.add(final)
        claim = _claim(names["shape"], rows, parts)
        if _claimed(final) != claim:
            claims[month], counts[month] = claim, rows
    if claims:
        temporary = folder / ".months.tmp"
        folder.mkdir(parents=True, exist_ok=True)
        _write(connection, temporary, names, horizon, claims)
        for month, rows in counts.items():
            found.written[folder / f"{month}.parquet"] = _one(temporary, month, rows)
    return found


def _claim(shape: str, rows: int, parts: list[Any]) -> str:
    """Return what stands for a month's rows: count, sum and xor of their hashes, and columns."""
    told = json.dumps([_LAYOUT, shape, rows, *map(str, parts)])
    return hashlib.sha256(told.encode()).hexdigest()


def _claimed(path: Path) -> str | None:
    try:
        footer = pq.read_metadata(path).metadata or {}
    except (OSError, pa.ArrowInvalid):
        return None  # absent, or no Parquet: written anew
    months: dict[str, str] = json.loads(footer.get(_FOOTER_KEY, b"{}"))
    return months.get(path.stem)


def _write(
    connection: sa.Connection,
    temporary: Path,
    names: Mapping[str, str],
    horizon: datetime,
    claims: Mapping[str, str],
) -> None:
    """Write months in one pass over the table; the footer of each holds the claims of all."""
    stated = {
        "horizon": horizon.isoformat(),
        "since": f"{min(claims)}-01",
        "last": f"{max(claims)}-01",
        "months": ", ".join(f"'{month}'" for month in claims),
        "claims": json.dumps(claims),
        "path": str(temporary).replace("'", "''"),
        # A month whose file had to be closed and opened again would be two files.
        "files": str(len(claims) + 1),
    }
    run_script(connection, "publish_months", None, {**names, **stated})


def _one(temporary: Path, month: str, rows: int) -> Path:
    files = list((temporary / f"archive_month={month}").iterdir())
    held = sum(pq.read_metadata(file).num_rows for file in files)
    if len(files) != 1 or held != rows:
        raise ListeningError(
            f"test 'row_count' failed: {len(files)} files hold {held} rows of {rows}",
            where=str(temporary.parent / f"{month}.parquet"),
            mend="The last good month stays; publish again",
        )
    return files[0]
