"""Sends rows as CSV or Parquet. A CSV cell never begins a formula."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from desk.web.guard import RefusedError
from desk.web.published import Library

if TYPE_CHECKING:
    import pyarrow as pa

_IN_MEMORY: Final = 8 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_ROWS: Final = 50_000  # of one piece
_UNSAFE: Final = re.compile(r"[^\w.-]+", re.ASCII)  # in a file's name
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
    table = library.table(team, sql, values)
    return send(table.schema, table.to_batches(max_chunksize=_ROWS), name, form)


def export_rows(
    schema: pa.Schema, rows: Sequence[Mapping[str, Any]], name: str, form: str
) -> Response:
    """Return rows by column name as a file to keep; what a row does not tell is NULL."""
    import pyarrow as pa

    columns = [pa.array([row.get(each.name) for row in rows], each.type) for each in schema]
    return send(schema, [pa.RecordBatch.from_arrays(columns, schema=schema)], name, form)


def schema_of(**kinds: str) -> pa.Schema:
    """Return columns by name; a kind is Arrow's name of it, `instant` or `texts`."""
    import pyarrow as pa

    ours = {"instant": pa.timestamp("us", "UTC"), "texts": pa.list_(pa.string())}
    return pa.schema(
        [(name, ours.get(kind) or pa.type_for_alias(kind)) for name, kind in kinds.items()]
    )


def send(schema: pa.Schema, batches: Iterable[pa.RecordBatch], name: str, form: str) -> Response:
    """Return batches of one shape as a file to keep.

    Raises:
        RefusedError: there is no such form of file.
    """
    if form not in _TYPES:
        raise RefusedError(404, "There is no such file.")
    # Written whole before it is sent: a slow reader must not hold the team's file.
    kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    if form == "csv":
        write_csv(schema, batches, kept)
    else:
        import pyarrow.parquet as pq

        with pq.ParquetWriter(kept, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
    size = kept.tell()
    kept.seek(0)
    return StreamingResponse(
        _pieces(kept),
        media_type=_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="{_UNSAFE.sub("-", name)}.{form}"',
            "Content-Length": str(size),
        },
    )


def write_csv(schema: pa.Schema, batches: Iterable[pa.RecordBatch], out: IO[bytes]) -> None:
    """Write rows as CSV, RFC 4180, in UTF-8; a NULL is empty, a list is joined by `; `."""
    text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in schema.names])
    for batch in batches:
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
