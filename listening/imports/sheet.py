"""Reads an export as rows: CSV, JSON lines or Parquet, and says of each line what is wrong.

A line that cannot be read is a row with a fault, and the lines after it are read as if it
were not there. A file that cannot be read, or that ends in the middle of a row, is an error.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from listening.contract import ConfigurationError, ListeningError

FIELD_LIMIT: Final = 10_000_000  # characters of one CSV field, and of an unclosed one
_DELIMITERS: Final = ",;\t|"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STRANGERS: Final = (
    (b"PK\x03\x04", "a ZIP archive or an Excel file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"<", "HTML or XML"),
)
_AS_CSV: Final = "Save it as CSV in UTF-8, and import that"


class Row(NamedTuple):
    """One row: the line it starts on, its values by column, and what is wrong with it."""

    line: int
    values: Mapping[str, Any]
    fault: str = ""
    raw: str = ""  # where there is a fault


class Sheet(Protocol):
    """A file of rows. Iterating reads it anew, from its first row."""

    path: Path
    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[Row]: ...


def open_sheet(path: Path) -> Sheet:
    """Open an export by its suffix.

    Raises:
        ConfigurationError: there is no such file.
        ListeningError: it is no CSV, JSON lines or Parquet file, or not in UTF-8 or UTF-16.
    """
    if not path.is_file():
        raise ConfigurationError("no such file", where=str(path), mend="Name a file that exists")
    suffix = path.suffix.lower()
    kinds: dict[str, type[_Csv | _JsonLines | _Parquet]] = {
        ".csv": _Csv, ".tsv": _Csv, ".txt": _Csv, ".jsonl": _JsonLines, ".ndjson": _JsonLines,
        ".parquet": _Parquet,
    }  # fmt: skip
    if suffix not in kinds:
        known = ", ".join(kinds)
        raise _bad(path, f"{suffix or 'no suffix'} is none of {known}", _AS_CSV)
    try:
        return kinds[suffix](path)
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror or error}", "Mend the file") from error


def _bad(path: Path, what: str, mend: str, line: int = 0) -> ListeningError:
    return ListeningError(what, where=f"{path}:{line}" if line else str(path), mend=mend)


class _Text:
    """A text file whose lines are read with their ends, in the encoding it shows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as handle:
            head = handle.read(4096)
        if not head.strip() or head in dict(_BOMS):
            raise _bad(path, "the file is empty", "Export it again")
        self._encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
        stranger = next((said for mark, said in _STRANGERS if head.startswith(mark)), "")
        if self._encoding == "utf-8" and b"\0" in head.split(b"\n")[0]:
            stranger = stranger or "a binary file, or UTF-16 without its mark"
        if stranger:
            raise _bad(path, f"this is {stranger}", _AS_CSV)

    def lines(self) -> Iterator[str]:
        with self.path.open(encoding=self._encoding, newline="") as handle:
            try:
                yield from handle
            except UnicodeDecodeError as error:
                raise self._not_decoded() from error

    def _not_decoded(self) -> ListeningError:
        data, line = self.path.read_bytes(), 1
        try:
            data.decode(self._encoding)
        except UnicodeDecodeError as error:
            read = data[: error.start].decode(self._encoding, "ignore")
            line = read.count("\n") + 1
        return _bad(self.path, f"not {self._encoding.upper()}", "Save the file as UTF-8", line)


class _Feed:
    """Hands lines to the CSV reader, remembers those of the current row, and takes some back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.line = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.line += 1
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Take back all lines of the row but its first, and return that."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self.line -= len(rest)
        return first


class _Csv(_Text):
    """Comma-separated values; semicolon, tab or bar where the header shows more of them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        csv.field_size_limit(FIELD_LIMIT)
        first = next(self.lines())
        self._delimiter = max(_DELIMITERS, key=first.count)  # of equals, the first
        header = next(self._records())
        self.columns = tuple(name.strip() for name in header.values["fields"])
        if header.fault or not any(self.columns):
            raise _bad(path, f"no header: {header.fault or 'it is blank'}", _AS_CSV, 1)

    def __iter__(self) -> Iterator[Row]:
        records = self._records()
        next(records)
        width, last = len(self.columns), ""
        for row in records:
            if row.fault:
                yield row
                continue
            fields, last = row.values["fields"], row.raw
            if len(fields) == width:
                yield Row(row.line, dict(zip(self.columns, fields, strict=True)))
            elif len(fields) < width and not last.endswith(("\n", "\r")):
                raise _bad(
                    self.path,
                    f"the last row is cut off: {len(fields)} of {width} columns",
                    "Export the file again, and whole",
                    row.line,
                )
            else:
                fault = f"{len(fields)} columns where the header has {width}"
                yield row._replace(values={}, fault=fault)

    def _records(self) -> Iterator[Row]:
        feed = _Feed(self.lines())
        reader = csv.reader(feed, delimiter=self._delimiter, strict=True)
        while True:
            feed.taken.clear()
            start = feed.line + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end" in str(error):
                    mend = "Close it, or export the file again, and whole"
                    what = "a quotation mark opened on this line is never closed"
                    raise _bad(self.path, what, mend, start) from error
                yield Row(start, {}, f"not CSV: {error}", feed.give_back())
                continue
            if fields:  # not a blank line
                yield Row(start, {"fields": fields}, raw="".join(feed.taken))


class _JsonLines(_Text):
    """One JSON object a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        columns: dict[str, None] = {}
        for row in self:
            columns.update(dict.fromkeys(row.values))
        self.columns = tuple(columns)
        if not columns:
            raise _bad(path, "no line is a JSON object", "Write one JSON object a line", 1)

    def __iter__(self) -> Iterator[Row]:
        for number, line in enumerate(self.lines(), 1):
            if not line.strip():
                continue
            try:
                values = json.loads(line)
            except (ValueError, RecursionError) as error:
                if not line.endswith(("\n", "\r")):
                    what, mend = "the last line is cut off", "Export the file again, and whole"
                    raise _bad(self.path, what, mend, number) from error
                yield Row(number, {}, f"not JSON: {error}", line)
                continue
            if isinstance(values, dict):
                yield Row(number, values)
            else:
                yield Row(number, {}, "not a JSON object", line)


class _Parquet:
    """A Parquet file; line numbers are row numbers."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        self._broken = (pa.ArrowException, OSError)
        try:
            with pq.ParquetFile(path) as parquet:
                self.columns = tuple(parquet.schema_arrow.names)
        except self._broken as error:
            raise self._cut(error) from error

    def __iter__(self) -> Iterator[Row]:
        import pyarrow.parquet as pq

        line = 0
        try:
            with pq.ParquetFile(self.path) as parquet:
                for batch in parquet.iter_batches(10_000):
                    for values in batch.to_pylist():
                        line += 1
                        yield Row(line, values)
        except self._broken as error:
            raise self._cut(error) from error

    def _cut(self, error: Exception) -> ListeningError:
        said = str(error).splitlines()[0]
        return _bad(self.path, f"no whole Parquet file: {said}", "Export the file again")
