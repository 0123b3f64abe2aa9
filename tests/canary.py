"""Looks for words in every byte below a folder, however they are written or packed."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

_FRAME = bytes.fromhex("28b52ffd")  # begins every frame of Zstandard, RFC 8878


def find_words(folder: Path, words: Iterable[str]) -> list[tuple[str, str]]:
    """Return (word, path) for every word that a file holds, or the path of a file or folder."""
    wanted = [word for word in words if word]
    assert wanted
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        said = [name.encode(), *(_readings(path) if path.is_file() else ())]
        found += [(word, name) for word in wanted if any(_holds(one, word) for one in said)]
    return found


def _holds(data: bytes, word: str) -> bool:
    return any(word.encode(code) in data for code in ("utf-8", "utf-16-le", "utf-16-be"))


def _readings(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if path.suffix == ".gz":
        yield from _members(data)
    elif path.suffix == ".parquet":
        yield from _pages(path, data)
    elif path.suffix == ".duckdb":
        yield from _cells(path)


def _members(data: bytes) -> Iterator[bytes]:
    """Unpack every member of a gzip file, and what is packed once more inside."""
    whole = gzip.decompress(data)
    yield whole
    at = whole.find(b"\x1f\x8b")
    while at >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(whole[at:])
        at = whole.find(b"\x1f\x8b", at + 2)


def _pages(path: Path, data: bytes) -> Iterator[bytes]:
    """Unpack every page, dictionaries too; and all that Arrow reads, statistics too."""
    if not data:
        return
    at = data.find(_FRAME)
    while at >= 0:
        stream = pa.CompressedInputStream(pa.BufferReader(data[at:]), "zstd")
        try:
            while piece := stream.read(1 << 20):
                yield piece
        except OSError:
            pass
        at = data.find(_FRAME, at + 4)
    file = pq.ParquetFile(path)
    yield repr(file.metadata.metadata).encode()
    yield repr(file.read().to_pylist()).encode()
    for group in range(file.metadata.num_row_groups):
        for column in range(file.metadata.num_columns):
            yield repr(file.metadata.row_group(group).column(column).statistics).encode()


def _cells(path: Path) -> Iterator[bytes]:
    """Return what every table says: DuckDB packs texts, so that bytes alone do not tell."""
    with duckdb.connect(str(path), read_only=True) as connection:
        for schema, table in connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables()"
        ).fetchall():
            rows = connection.table(f"{schema}.{table}").fetchall()
            yield repr(rows).encode()
