"""Erases in the rooms that `listening` fills: landing zone, tagged batches, and small state."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    FOOTER_KEY,
    ROW_GROUP,
    Batch,
    BatchKind,
    DataRoot,
    ListeningError,
    crash_at,
    explained,
    flush_folder,
    mention_id,
    read_batch,
)
from listening.erase.blank import (
    ERASED,
    Needles,
    blank_rows,
    clean_cursor,
    drop_exchanges,
    shape_of,
    veil_others,
)
from listening.erase.buried import names_of, texts_of
from listening.erase.match import Plan, is_of, landed
from listening.erase.tombstone import handle_of
from listening.landing import Landing
from listening.sealed import drop_other_warcs

KINDS: Final[tuple[BatchKind, ...]] = ("mention", "engagement", "tombstone", "decision")
_LOOSE: Final = ("raw", "detail", "url", "note", "fields")
_NAMED: Final = ("native_id", "url", "title", "text")


class _Sought(NamedTuple):
    """What names the erased: among words, and as whole values."""

    needles: Needles
    short: frozenset[str]


class Ledger:
    """What an erasure changed: each file's hash before, written down before it is touched."""

    def __init__(self, root: DataRoot, file: IO[str]) -> None:
        self._root, self._file = root, file

    def note(self, path: Path, removed: int) -> None:
        """Write down that a file is about to lose something."""
        told = {
            "path": path.relative_to(self._root.path).as_posix(),
            "before": digest(path),
            "removed": removed,
        }
        self._file.write(json.dumps(told) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@dataclass
class Report:
    """What was done in one room."""

    room: str
    looked_at: int = 0  # files
    removed: int = 0  # rows, records or lines
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


Room = Callable[[DataRoot, Plan, Mapping[str, str], Ledger], Report]
"""Erases a plan's mentions in one room; `veils` are what stands for them where others name them."""


def digest(path: Path) -> str | None:
    """Return a file's SHA-256, None where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


# --- landing zone -----------------------------------------------------------------------


def erase_landing(root: DataRoot, plan: Plan, veils: Mapping[str, str], ledger: Ledger) -> Report:
    """Erase from every batch, its raw exchanges, and what was set aside as damaged."""
    report, landing = Report("landing"), Landing(root, erasing=True)
    found: dict[str, _Sought] = {}
    for kind in KINDS:
        wanted = None if kind == "decision" else plan.sources
        for stream in sorted((root.landing / kind).glob("[!.]*")):
            if wanted is not None and not is_of(stream.name, wanted):
                continue
            with landing.lock(kind, stream.name):
                for path in sorted(stream.glob("????-??-??/[0-9]*.parquet")):
                    report.looked_at += 1
                    try:
                        report.removed += _revise(landing, path, plan, veils, ledger, found)
                    except ListeningError as error:
                        report.problems.append(f"{error.where}: {error.what}")
    _empty_aside(root, plan, report, ledger)
    return report


def _revise(
    landing: Landing,
    path: Path,
    plan: Plan,
    veils: Mapping[str, str],
    ledger: Ledger,
    found: dict[str, _Sought],
) -> int:
    batch = read_batch(path)
    if shape_of(batch.kind) is None:
        return 0
    about = None if batch.kind == "decision" else batch.source  # people decide on any source
    if batch.source not in found:
        found[batch.source] = _Sought(plan.needles(about), plan.short(about))
    needles, short = found[batch.source]
    try:
        rows = pq.read_table(path, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(f"a damaged batch: {error}", where=str(path)) from error
    erased = _marked(rows, plan, needles)
    told = veil_others(rows, veils)
    own = rows.filter(erased).select([one for one in _NAMED if one in rows.schema.names])
    removed = len(own)
    if batch.stream in plan.streams:  # whatever it asked for, it asked for them
        warc, dropped, told_of = None, int(bool(batch.warc)), _tell_nothing(batch)
    else:
        warc, dropped = _cut_warc(landing, batch, own.to_pylist(), needles)
        told_of = _tell_less(batch, needles, short)
    if not (removed or dropped or told is not rows or told_of != batch):
        drop_other_warcs(path, batch)  # of a revision that was killed after its last step
        return 0
    ledger.note(path, removed)
    if dropped:
        ledger.note(path.with_name(batch.warc), dropped)
    revised = blank_rows(told, erased) if removed else told
    landing.revise(told_of, revised, warc, raw_partial=batch.raw_partial or bool(dropped))
    return removed


def _tell_nothing(batch: Batch) -> Batch:
    """Return what a batch says of itself without where it was: nobody goes on from there."""
    reason = ERASED if batch.coverage.reason else ""
    coverage = replace(batch.coverage, reason=reason)
    return replace(batch, cursor_before={}, cursor_after={}, coverage=coverage)


def _tell_less(batch: Batch, needles: Needles, short: frozenset[str]) -> Batch:
    """Return what a batch says of itself without what names an erased item.

    A mark in a cursor is a whole value, so short names are compared, too; what is read again for
    want of a mark does not land.
    """

    def is_erased(value: str) -> bool:
        return handle_of(value) in short or needles.found_in(value)

    before = clean_cursor(batch.cursor_before, is_erased)
    after = clean_cursor(batch.cursor_after, is_erased)
    coverage = batch.coverage
    if needles.found_in(coverage.reason):
        coverage = replace(coverage, reason=ERASED)
    return replace(batch, cursor_before=before, cursor_after=after, coverage=coverage)


def _marked(rows: pa.Table, plan: Plan, needles: Needles) -> pa.Array:
    """Tell which rows are to be erased: by their mention, or by what they name."""
    ids = pa.array(list(plan.mentions), pa.string())
    marked = pc.fill_null(pc.is_in(rows["mention_id"], value_set=ids), fill_value=False)
    hits = marked.combine_chunks().to_pylist() if len(rows) else []
    loose = [name for name in _LOOSE if name in rows.schema.names]
    odd = pc.invert(pc.equal(rows["bucket"], "kept"))
    if "decision" in rows.schema.names:  # people's notes may speak of anything
        odd = pa.array([True] * len(rows))
    for number, asked in enumerate(odd.to_pylist()):
        if asked and not hits[number]:
            row = {name: rows[name][number].as_py() for name in loose}
            source = rows["source"][number].as_py() if "source" in rows.schema.names else ""
            native = rows["native_id"][number].as_py() if "native_id" in rows.schema.names else ""
            hits[number] = bool(native and mention_id(source, native) in plan.mentions) or any(
                needles.found_in(text) for text in row.values() if text
            )
    return pa.array(hits, pa.bool_())


def _cut_warc(
    landing: Landing, batch: Batch, own: list[dict[str, Any]], needles: Needles
) -> tuple[Path | None, int]:
    """Return the batch's WARC without what carried an erased item, and how many records went."""
    if not batch.warc:
        return None, 0
    warc = landing.root.landed(batch.batch_id).with_name(batch.warc)
    words = [name for row in own for name in names_of(row)]
    theirs = Needles(words, [text for row in own for text in texts_of(row)])
    out = landing.scratch(batch.kind, batch.stream)
    try:
        kept, dropped = drop_exchanges(
            warc, out, lambda text: theirs.found_in(text) or needles.found_in(text)
        )
    except ListeningError:
        return (None, 1) if warc.exists() else (None, 0)  # nobody can tell: all of it goes
    if dropped and kept:
        return out, dropped
    if dropped or own:  # an item was erased that no record seems to hold: all of them go
        return None, kept + dropped
    return warc, 0


def _empty_aside(root: DataRoot, plan: Plan, report: Report, ledger: Ledger) -> None:
    """Empty damaged batches of these sources; their names stay, for numbers are not used twice."""
    aside = root.path / "landing-aside"
    for path in sorted(aside.glob("*/*/*/*")):
        if not is_of(path.parent.parent.name, plan.sources) or not path.stat().st_size:
            continue
        report.looked_at += 1
        ledger.note(path, 1)
        with explained(path):
            if path.suffix == ".parquet":
                os.truncate(path, 0)
            else:
                path.unlink()


# --- tagged batches ---------------------------------------------------------------------


def erase_tagged(root: DataRoot, plan: Plan, _: Mapping[str, str], ledger: Ledger) -> Report:
    """Erase from tagged batches and from the nights of discovered topics."""
    report = Report("tagged")
    ids = pa.array(list(plan.mentions), pa.string())
    batches = [root.tagged / path.relative_to(root.landing) for path in
               landed(root, ("mention",), plan.sources)]  # fmt: skip
    for path in (*batches, *sorted(root.topics.glob("*.parquet"))):
        if path.exists():
            report.looked_at += 1
            try:
                report.removed += _filter(path, ids, ledger)
            except (OSError, pa.ArrowException) as error:
                report.problems.append(f"{path}: {error}")
    for leftover in [*root.tagged.rglob(".*.tmp*"), *root.tagged.rglob("*.partial")]:
        leftover.unlink()
    return report


def _filter(path: Path, ids: pa.Array, ledger: Ledger) -> int:
    told = pq.read_table(path, columns=["mention_id"], partitioning=None)
    removed = int(pc.sum(pc.is_in(told["mention_id"], value_set=ids)).as_py() or 0)
    schema = pq.read_schema(path)
    copies = "copy_of" in schema.names
    if not removed and not copies:
        return 0
    rows = pq.read_table(path, partitioning=None)
    rows = rows.filter(pc.invert(pc.is_in(rows["mention_id"], value_set=ids)))
    if copies:
        lost = pc.fill_null(pc.is_in(rows["copy_of"], value_set=ids), fill_value=False)
        if not removed and not pc.any(lost).as_py():
            return 0
        column = pc.if_else(lost, pa.nulls(len(rows), pa.string()), rows["copy_of"])
        number = rows.schema.get_field_index("copy_of")
        rows = rows.set_column(number, rows.schema.field(number), column)
    footer = json.loads(schema.metadata[FOOTER_KEY])
    if "rows" in footer:
        footer["rows"] = len(rows)
    ledger.note(path, removed)
    metadata = {**schema.metadata, FOOTER_KEY: json.dumps(footer, sort_keys=True).encode()}
    _replace(path, rows.replace_schema_metadata(metadata))
    return removed


def _replace(path: Path, rows: pa.Table) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        pq.write_table(rows, file, ROW_GROUP, compression="zstd")
        file.flush()
        os.fsync(file.fileno())
    crash_at("erase:tagged")
    temporary.replace(path)
    flush_folder(path.parent)
