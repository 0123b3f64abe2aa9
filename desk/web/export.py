"""Sends rows as CSV or Parquet. A CSV cell never begins a formula."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from desk.web.published import Library

if TYPE_CHECKING:
    import pyarrow as pa

_IN_MEMORY: Final = 8 * 1024 * 1024
_CHUNK: Final = 256 * 1024
# What spreadsheets take for a formula (OWASP, "CSV Injection"), full-width forms included.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def export(
    library: Library, team: str, sql: str, values: Mapping[str, Any], name: str, form: str
) -> Response:
    """Return what a statement answers as a file to keep."""
    # Written whole before it is sent: a slow reader must not hold the team's file.
    kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    table = library.table(team, sql, values)
    if form == "csv":
        write_csv(table, kept)
    else:
        import pyarrow.parquet as pq

        pq.write_table(table, kept)
    size = kept.tell()
    kept.seek(0)
    return StreamingResponse(
        _pieces(kept),
        media_type=_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "Content-Length": str(size),
        },
    )


def write_csv(table: pa.Table, out: IO[bytes]) -> None:
    """Write rows as CSV, RFC 4180, in UTF-8; a NULL is empty, a list is joined by `; `."""
    text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in table.column_names])
    for batch in table.to_batches(max_chunksize=10_000):
        columns = [column.to_pylist() for column in batch.columns]
        writer.writerows([safe_cell(value) for value in row] for row in zip(*columns, strict=True))
    text.detach()


def safe_cell(value: Any) -> Any:
    """Return a value as a cell that no spreadsheet runs: an apostrophe before what would."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    text = str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(_CHUNK):
            yield piece
