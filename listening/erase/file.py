"""Erases in plain files: small state, logs, and what others put below the data root.

A folder that a source reads is filled by others: a line of a table or of JSON lines goes, any
other file goes whole. A file nobody declared is left to whoever put it there, and named.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import BrandFile, DataRoot, flush_folder
from listening.disk import explained
from listening.erase.blank import ERASED, Needles
from listening.erase.match import Plan, is_of
from listening.erase.room import Ledger, Report, Room

_ROOMS: Final = frozenset(
    {"landing", "landing-aside", "tagged", "published", "evidence", "erased", "watch"}
)
_DATABASES: Final = (".duckdb", ".duckdb.wal", ".sqlite", ".db", "-wal", "-shm", ".lock")
_TABLES: Final = (".csv", ".tsv")  # a record may have more than one line
_LINES: Final = (".jsonl", ".ndjson", ".txt")
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
    for path in _plain_files(root):
        report.looked_at += 1
        lines = _read(path).splitlines(keepends=True)
        bad = [number for number, line in enumerate(lines) if needles.found_in(line)]
        if not bad:
            continue
        ledger.note(path, len(bad))
        if path.suffix == ".log":
            for number in bad:
                lines[number] = f"[{ERASED}]\n"
            _replace(path, "".join(lines))
        elif path.is_relative_to(root.path / "dbt"):
            path.unlink()  # the next build writes it again
        else:
            report.problems.append(f"{path}: names what was erased, and is no file of ours")
        report.removed += len(bad)
    return report


def inbox_room(brands: BrandFile) -> Room:
    """Return the room of the folders that others fill and sources read, below the data root."""

    def erase_inbox(root: DataRoot, plan: Plan, _: Mapping[str, str], ledger: Ledger) -> Report:
        report, needles = Report("inbox"), plan.needles()
        folders = _inboxes(brands)
        for path in _plain_files(root):
            if any(path.resolve().is_relative_to(folder) for folder in folders):
                report.looked_at += 1
                report.removed += _erase_inbox(path, needles, ledger)
        return report

    return erase_inbox


def _inboxes(brands: BrandFile) -> list[Path]:
    """Return the folders of drops and spools that a brand file names."""
    from listening.sources._spool import place as spool
    from listening.sources.drop import place as drop

    told = brands.sources
    drops = [one.get("path") for one in told.get("drop", {}).get("folders", ())]
    spools = [one.get("path") for one in told.get("webhook", {}).get("folders", ())]
    spools.append(told.get("instagram", {}).get("spool"))
    return [drop(one, brands) for one in drops if one] + [
        spool(one, brands) for one in spools if one
    ]


def _erase_inbox(path: Path, needles: Needles, ledger: Ledger) -> int:
    text = _read(path)
    if not needles.found_in(text):
        return 0
    if path.suffix in (*_TABLES, *_LINES):
        records = list(_records(text)) if path.suffix in _TABLES else text.splitlines(keepends=True)
        kept = [record for record in records if not needles.found_in(record)]
        ledger.note(path, len(records) - len(kept))
        _replace(path, "".join(kept))
        return len(records) - len(kept)
    ledger.note(path, 1)
    with explained(path):
        path.unlink()
        flush_folder(path.parent)
    return 1


def _records(text: str) -> Iterator[str]:
    """Yield the records of a table: inside quotes a line break ends none."""
    held: list[str] = []
    for line in text.splitlines(keepends=True):
        held.append(line)
        if sum(part.count('"') for part in held) % 2 == 0:
            yield "".join(held)
            held = []
    if held:
        yield "".join(held)


def _read(path: Path) -> str:
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


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    with explained(path):
        with temporary.open("w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        flush_folder(path.parent)


def _plain_files(root: DataRoot) -> Sequence[Path]:
    """Return the files that no other room keeps, whatever they are called."""
    return [
        path
        for path in sorted(root.path.rglob("*"))
        if path.relative_to(root.path).parts[0] not in _ROOMS
        and not path.name.endswith(_DATABASES)
        and path.is_file()
    ]
