"""Erases in plain files: small state and logs; folders that sources read are in inbox.py.

A file nobody declared is left to whoever put it there, and named.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import DataRoot, explained, flush_folder
from listening.erase.blank import ERASED
from listening.erase.match import Plan, is_of
from listening.erase.room import Ledger, Report

_ROOMS: Final = frozenset(
    {"landing", "landing-aside", "tagged", "published", "evidence", "erased", "watch"}
)
_DATABASES: Final = (".duckdb", ".duckdb.wal", ".sqlite", ".db", "-wal", "-shm", ".lock")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def erase_state(root: DataRoot, plan: Plan, _: Mapping[str, str], ledger: Ledger) -> Report:
    """Erase from what was kept to be quicker, and from logs; last of all rooms."""
    report = Report("state")
    for path in sorted((root.path / "watch").glob("*")):
        if is_of(path.name, plan.sources):  # told anew by the landing zone
            report.looked_at += 1
            ledger.note(path, 1)
            path.unlink()
    needles = plan.needles()
    for path in plain_files(root):
        report.looked_at += 1
        lines = read_text(path).splitlines(keepends=True)
        bad = [number for number, line in enumerate(lines) if needles.found_in(line)]
        if not bad:
            continue
        ledger.note(path, len(bad))
        if path.suffix == ".log":
            for number in bad:
                lines[number] = f"[{ERASED}]\n"
            replace_text(path, "".join(lines))
        elif path.is_relative_to(root.path / "dbt"):
            path.unlink()  # the next build writes it again
        else:
            report.problems.append(f"{path}: names what was erased, and is no file of ours")
        report.removed += len(bad)
    return report


def read_text(path: Path) -> str:
    """Return what a file says, unpacked where it is packed in a way we know."""
    with explained(path):
        data = path.read_bytes()
    try:
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        elif data.startswith(b"PAR1"):
            data = repr(pq.read_table(pa.BufferReader(data)).to_pylist()).encode()
        elif data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                data = b"\n".join(packed.read(name) for name in packed.namelist())
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowException):
        pass  # it only looks packed: its bytes are asked
    return data.decode("utf-16" if data[:2] in _UTF16 else "utf-8", "replace")


def replace_text(path: Path, text: str) -> None:
    """Put a text in the place of a file's, whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    with explained(path):
        with temporary.open("w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        flush_folder(path.parent)


def plain_files(root: DataRoot) -> Sequence[Path]:
    """Return the files that no other room keeps, whatever they are called."""
    return [
        path
        for path in sorted(root.path.rglob("*"))
        if path.relative_to(root.path).parts[0] not in _ROOMS
        and not path.name.endswith(_DATABASES)
        and path.is_file()
    ]
