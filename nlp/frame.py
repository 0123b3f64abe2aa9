"""Rows of a CSV, JSONL or Parquet file, kept as they are, with columns added to them."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import FOOTER_KEY, ROW_GROUP, ConfigurationError, ListeningError

Row = Mapping[str, Any]
SUFFIXES: Final = (".csv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Frame:
    """The rows of a file, in order. `table` holds them too where the file was Parquet.

    `broken` holds the numbers of rows that could not be read: an empty row stands in.
    """

    names: tuple[str, ...]
    rows: Sequence[Row]
    table: pa.Table | None = None
    broken: frozenset[int] = field(default_factory=frozenset)


def check_suffix(path: Path) -> str:
    """Return the format of a path.

    Raises:
        ConfigurationError: the suffix is none of SUFFIXES.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigurationError(
            f"unknown format {suffix!r}", where=str(path), mend=f"End the name in {SUFFIXES}"
        )
    return suffix


def read_frame(path: Path) -> Frame:
    """Read a file by its suffix.

    Raises:
        ConfigurationError: the suffix is unknown.
        ListeningError: the file cannot be read, or no row of it.
    """
    read = {".csv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}[check_suffix(path)]
    try:
        frame = read(path)
    except (OSError, ValueError, csv.Error, pa.ArrowException) as error:
        raise ListeningError(
            f"cannot be read: {error}", where=str(path), mend="Save it as UTF-8, or mend the file"
        ) from error
    if frame.broken and len(frame.broken) == len(frame.rows):
        raise ListeningError("no row can be read", where=str(path), mend="Is this the right file?")
    return frame


def _read_csv(path: Path) -> Frame:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        names = tuple(next(lines, ()))
        if len(set(names)) != len(names):
            raise ValueError(f"two columns of the header have one name: {names}")
        cells = [line for line in lines if line]
    broken = frozenset(number for number, line in enumerate(cells) if len(line) > len(names))
    rows = [dict.fromkeys(names, "") | dict(zip(names, line, strict=False)) for line in cells]
    return Frame(names, rows, broken=broken)


def _read_jsonl(path: Path) -> Frame:
    rows: list[Row] = []
    broken: set[int] = set()
    names: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as file:
        for line in filter(str.strip, file):
            row = _parse_object(line)
            if row is None:
                broken.add(len(rows))
            rows.append(row or {})
            names |= dict.fromkeys(row or {})
    return Frame(tuple(names), rows, broken=frozenset(broken))


def _parse_object(line: str) -> Row | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _read_parquet(path: Path) -> Frame:
    table = pq.read_table(path)
    if len(set(table.column_names)) != len(table.column_names):
        raise ValueError(f"two columns have one name: {table.column_names}")
    return Frame(tuple(table.column_names), _Lazy(table), table)


class _Lazy(Sequence[Row]):
    """Rows of a table, made when asked for: what is not asked for need not be convertible."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __getitem__(self, index: Any) -> Any:
        return self._table.slice(index, 1).to_pylist()[0]

    def __iter__(self) -> Iterator[Row]:
        for batch in self._table.to_batches(max_chunksize=4096):
            yield from batch.to_pylist()


def write_frame(path: Path, frame: Frame, added: pa.Table) -> None:
    """Write rows with columns added, whole or not at all.

    Raises:
        ListeningError: the file cannot be written.
    """
    write = {".csv": _write_csv, ".jsonl": _write_jsonl, ".parquet": _write_parquet}[
        check_suffix(path)
    ]
    with replacing(path) as partial:
        write(partial, frame, added)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside another, flushed to disk and put in its place at the end.

    Raises:
        ListeningError: the file system refuses.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield partial
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(
            f"cannot be written: {error}", where=str(path), mend="Is there a folder, and space?"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def write_sealed(path: Path, table: pa.Table, footer: bytes = b"{}") -> None:
    """Write a file of the data root, with its footer, whole or not at all; its folder is made.

    Raises:
        ListeningError: the file system refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ListeningError(
            f"cannot be made: {error}", where=str(path.parent), mend="Is there space?"
        ) from error
    with replacing(path) as partial:
        pq.write_table(
            table.replace_schema_metadata({FOOTER_KEY: footer}),
            partial,
            ROW_GROUP,
            compression="zstd",
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _joined(frame: Frame, added: pa.Table) -> Iterator[Row]:
    for row, tags in zip(frame.rows, _Lazy(added), strict=True):
        yield {**row, **tags}


def _write_csv(path: Path, frame: Frame, added: pa.Table) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.DictWriter(file, (*frame.names, *added.column_names))
        writer.writeheader()
        for row in _joined(frame, added):
            writer.writerow({name: _to_cell(value) for name, value in row.items()})


def _to_cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return _to_json(value) if isinstance(value, list | dict) else value


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _write_jsonl(path: Path, frame: Frame, added: pa.Table) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(f"{_to_json(row)}\n" for row in _joined(frame, added))


def _write_parquet(path: Path, frame: Frame, added: pa.Table) -> None:
    table = frame.table
    if table is None:
        columns = {name: _to_array([row.get(name) for row in frame.rows]) for name in frame.names}
        table = pa.table(columns) if columns else pa.table({}).select([])
    for name in added.column_names:
        table = table.append_column(added.schema.field(name), added.column(name))
    pq.write_table(table, path, compression="zstd")


def _to_array(values: Sequence[Any]) -> pa.Array:
    """Return values as one column; where they are of several types, as JSON text."""
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError, TypeError):
        texts = [None if value is None else _as_text(value) for value in values]
        return pa.array(texts, pa.string())


def _as_text(value: object) -> str:
    text = value if isinstance(value, str) else _to_json(value)
    return text.encode("utf-8", "replace").decode("utf-8")


Cell = Callable[[Row], str]


def reader(frame: Frame, name: str | None, flag: str, where: Path) -> Cell:
    """Return a function that reads one column of a row as text; "" where there is none.

    Raises:
        ConfigurationError: the file has no such column.
    """
    if name is None:
        return lambda row: ""  # noqa: ARG005
    if name not in frame.names:
        raise ConfigurationError(
            f"no column {name!r}",
            where=str(where),
            mend=f"Name one of {list(frame.names)} by {flag}",
        )
    return lambda row: _plain(row.get(name))


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else str(value)
