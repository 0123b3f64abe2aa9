"""The landing zone: batches are sealed whole or not at all, and the newest one is the cursor.

One writer per kind and stream, by an OS lock. A batch is written under a temporary name,
flushed, and linked to its final name, which must be new. Temporary files and WARCs without
a batch are what a killed process left; they are removed under the next lock.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    DECISION_SCHEMA,
    LANDING_SCHEMA,
    REFERENCE_SCHEMA,
    Batch,
    BatchKind,
    Coverage,
    Cursor,
    DataRoot,
    ListeningError,
    crash_at,
    explained,
    flush_folder,
    hold_file,
    now,
    read_batch,
)
from listening.disk import make_folders
from listening.erase.blank import blank_rows, clean_cursor, drop_exchanges, veil_others
from listening.erase.buried import find_buried
from listening.erase.tombstone import Tombstones, refuse_erased
from listening.sealed import (
    buckets,
    drop_other_warcs,
    flush_warc,
    link_whole,
    seq_of,
    verify,
    warcs_of,
    write_rows,
)

REVISE_POINTS: Final = ("revise:warc", "revise:before_replace", "revise:after_replace")
LOCK_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What a batch to be sealed says of itself; the landing zone adds the rest."""

    kind: BatchKind
    stream: str
    source: str
    host: str
    target: str
    served: int  # items served, counted before any of them was parsed
    coverage: Coverage
    cursor_before: Cursor = field(default_factory=dict)
    cursor_after: Cursor = field(default_factory=dict)
    started_at: datetime = field(default_factory=now)
    fetched_at: datetime = field(default_factory=now)
    parser_version: str = "1"
    brand_files: tuple[str, ...] = ()
    follows: Batch | None = None  # a batch of another kind that is to be loaded before this one


class Seen(NamedTuple):
    """The last content of an item in the recent batches of a stream."""

    mention_id: str
    content_hash: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Aside:
    """A corrupt batch that was set aside, not deleted."""

    batch_id: str
    path: Path
    batch: Batch | None  # where its footer could still be read


class Landing:
    """The landing zone of a data root. An object belongs to one thread."""

    def __init__(self, root: DataRoot, *, erasing: bool = False) -> None:
        self.root, self._erasing = root, erasing
        self._held: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def lock(self, kind: BatchKind, stream: str, timeout: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold a stream of one kind for one writer, waiting at most `timeout` seconds.

        Re-entrant within this object. Taking it removes what a killed writer left behind.

        Raises:
            ListeningError: another process holds it, the folder cannot be written, or the stream
                was called by somebody who is erased: its name makes no folder any more.
        """
        key = (kind, stream)
        if self._held[key]:
            yield
            return
        if not self._erasing:
            refuse_erased(self.root, stream)
        folder = self._folder(kind, stream)
        with hold_file(folder / ".lock", timeout=timeout, mode=0o644):
            with explained(folder):
                _sweep(folder)
            self._held[key] += 1
            try:
                yield
            finally:
                self._held[key] -= 1

    def scratch(self, kind: BatchKind, stream: str, suffix: str = ".warc.gz") -> Path:
        """Name a temporary file on the batch's disk, under the lock; `seal` takes it from there."""
        return self._folder(kind, stream) / f".{os.getpid()}-{time.monotonic_ns()}{suffix}.tmp"

    def newest(self, kind: BatchKind, stream: str) -> Batch | None:
        """Return the newest whole batch of a stream: its cursor.

        A corrupt one is moved to `landing-aside/` with its WARC and its predecessor returned;
        `set_aside` then tells the crawl what to report as lost.

        Raises:
            ListeningError: the folder cannot be read, or a corrupt file cannot be moved.
        """
        for path in self._newest_first(kind, stream):
            try:
                return verify(path)
            except ListeningError:
                with explained(path), path.open("rb"):
                    pass  # a file we may not read is no corrupt file
                with self.lock(kind, stream):
                    self._put_aside(path)
        return None

    def set_aside(self, kind: BatchKind, stream: str) -> list[Aside]:
        """Return the corrupt batches set aside since the newest whole batch was sealed."""
        last = next(self._newest_first(kind, stream), None)
        seq = seq_of(last) if last else 0
        folder = self._aside / kind / stream
        return [
            Aside(path.relative_to(self._aside).with_suffix("").as_posix(), path, _footer(path))
            for path in sorted(folder.glob("*/*.parquet"))
            if seq_of(path) > seq
        ]

    def seal(self, draft: Draft, rows: pa.Table, warc: Path | None = None) -> Batch:
        """Seal one batch: its WARC first, then its rows, each flushed and linked into place.

        The WARC file is moved in. Whatever happens, the batch is there whole or not at all. What
        was erased before is taken out first: it never lands again.

        Raises:
            ListeningError: rows do not add up to `draft.served`, the disk refuses, or the key of
                the tombstones is missing.
        """
        with self.lock(draft.kind, draft.stream):
            draft, rows, warc, cut = self._without_erased(draft, rows, warc)
            counts = _count(draft, rows)
            before = next(self._newest_first(draft.kind, draft.stream), None)
            batch, path = self._next(draft, counts, before)
            batch = replace(batch, raw_partial=cut)
            if warc is not None:
                digest = flush_warc(warc)
                batch = replace(batch, warc=f"{batch.seq:08d}.warc.gz", warc_sha256=digest)
            with explained(path):
                make_folders(path.parent, self.root.path)
                link_whole(write_rows(rows, batch, path), warc, path)
        return batch

    def revise(
        self, batch: Batch, rows: pa.Table, warc: Path | None, *, raw_partial: bool
    ) -> Batch:
        """Put another making of a batch in its place: same id and number, one revision more.

        The caller holds the stream's lock. A new WARC gets a name of its own, so that at every
        moment the batch names one that is there; the old one goes last.

        Args:
            batch: the batch as it is.
            rows: its rows, of the same columns and number.
            warc: its raw exchanges: the file that it has, a scratch file, or None.
            raw_partial: whether exchanges were ever taken out.

        Raises:
            ListeningError: rows do not add up, or the disk refuses.
        """
        path = self.root.landed(batch.batch_id)
        old = path.with_name(batch.warc) if batch.warc else None
        counts, revision = buckets(rows), batch.revision + 1
        if sum(counts.values()) != batch.served:
            raise ListeningError("a revision must keep every row's place", where=batch.batch_id)
        told = replace(batch, counts=counts, revision=revision, raw_partial=raw_partial)
        with explained(path):
            if warc is None:
                told = replace(told, warc="", warc_sha256="")
            elif warc != old:
                name = f"{batch.seq:08d}.r{revision}.warc.gz"
                told = replace(told, warc=name, warc_sha256=flush_warc(warc))
                warc.replace(path.with_name(name))
            crash_at("revise:warc")
            _sweep_revision(path)
            temporary = write_rows(rows, told, path)
            crash_at("revise:before_replace")
            temporary.replace(path)
            flush_folder(path.parent)
            crash_at("revise:after_replace")
            drop_other_warcs(path, told)
        return told

    def _without_erased(
        self, draft: Draft, rows: pa.Table, warc: Path | None
    ) -> tuple[Draft, pa.Table, Path | None, bool]:
        """Take out what was erased before; tell also whether exchanges were cut."""
        tombstones = Tombstones.open(self.root)
        if tombstones is None or draft.kind == "reference":
            return draft, rows, warc, False
        erased, veils, needles = find_buried(tombstones, rows)
        rows = veil_others(rows, veils)
        if not any(erased):
            return draft, rows, warc, False
        cursor = clean_cursor(draft.cursor_after, needles.found_in)
        draft, rows = replace(draft, cursor_after=cursor), blank_rows(rows, pa.array(erased))
        if warc is None:
            return draft, rows, None, False
        out = self.scratch(draft.kind, draft.stream)
        kept, dropped = drop_exchanges(warc, out, needles.found_in)
        if dropped and kept:
            return draft, rows, out, True
        return draft, rows, None, True  # all of them held it, or nobody can tell which

    def recent(
        self, kind: BatchKind, stream: str, since: datetime, below: int | None = None
    ) -> dict[str, Seen]:
        """Return, by native id, the last content of the items kept by batches sealed since then.

        What was deleted since it was kept is not among them; `below`: only of earlier numbers.

        A damaged batch is passed over: its items merely count as not seen before.
        """
        seen: dict[str, Seen | None] = {}
        for path in self._newest_first(kind, stream):
            if below is not None and seq_of(path) >= below:
                continue
            try:
                if read_batch(path).sealed_at < since:
                    break
                for native_id, item in _last_words(path):
                    seen.setdefault(native_id, item)
            except (ListeningError, OSError, pa.ArrowException):
                continue
        return {native_id: item for native_id, item in seen.items() if item is not None}

    def newest_seq(self, kind: BatchKind, stream: str) -> int:
        """Return the number of the newest sealed batch, damaged or not; 0 without any."""
        path = next(self._newest_first(kind, stream), None)
        return seq_of(path) if path else 0

    def sealed_since(
        self, kind: BatchKind, stream: str, seq: int, since: datetime | None = None
    ) -> list[Path]:
        """Return batches after number `seq`, sealed on the day of `since` or later, in order."""
        found = []
        for path in self._newest_first(kind, stream):
            if seq_of(path) <= seq or (since and path.parent.name < f"{since:%Y-%m-%d}"):
                break
            found.append(path)
        return found[::-1]

    @property
    def _aside(self) -> Path:
        return self.root.path / "landing-aside"

    def _folder(self, kind: str, stream: str) -> Path:
        return self.root.landing / kind / stream

    def _newest_first(self, kind: str, stream: str) -> Iterator[Path]:
        # Days never go back within a stream (see _next), so day order is sequence order.
        for day in sorted(self._folder(kind, stream).glob("????-??-??"), reverse=True):
            yield from sorted(day.glob("[0-9]*.parquet"), reverse=True)

    def _next(
        self, draft: Draft, counts: Mapping[str, int], before: Path | None
    ) -> tuple[Batch, Path]:
        # A number set aside is not used again: its batch may have been loaded already.
        aside = (self._aside / draft.kind / draft.stream).glob("*/*.parquet")
        used = [seq_of(path) for path in (*aside, before) if path]
        seq = max(used, default=0) + 1
        sealed_at = max(now(), read_batch(before).sealed_at) if before else now()
        if draft.follows:
            sealed_at = max(sealed_at, draft.follows.sealed_at + timedelta(microseconds=1))
        batch_id = f"{draft.kind}/{draft.stream}/{sealed_at:%Y-%m-%d}/{seq:08d}"
        names = draft.__dataclass_fields__.keys() - {"follows"}
        said = {name: getattr(draft, name) for name in names}
        batch = Batch(batch_id=batch_id, seq=seq, sealed_at=sealed_at, counts=counts, **said)
        return batch, self.root.landed(batch_id)

    def _put_aside(self, path: Path) -> None:
        target = self._aside / path.relative_to(self.root.landing)
        with explained(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            # The WARC first: killed in between, the batch is found corrupt once more.
            for each in (*warcs_of(path), path):
                each.rename(target.with_name(each.name))
            flush_folder(path.parent)


def _count(draft: Draft, rows: pa.Table) -> dict[str, int]:
    schemas = {"reference": REFERENCE_SCHEMA, "decision": DECISION_SCHEMA}
    if not rows.schema.equals(schemas.get(draft.kind, LANDING_SCHEMA)):
        raise ListeningError("rows of another shape than the contract's", where=draft.stream)
    counts = buckets(rows)
    if sum(counts.values()) != draft.served:
        raise ListeningError(
            f"{draft.served} items were served, and {sum(counts.values())} accounted for {counts}",
            where=draft.stream,
            mend="The source's parser must yield one item, or one reject, for each item served",
        )
    return counts


def _last_words(path: Path) -> Iterator[tuple[str, Seen | None]]:
    """Yield the kept items with a content, the last one of an id first; None: it was deleted."""
    names = ["bucket", "native_id", "mention_id", "content_hash", "published_at"]
    table = pq.read_table(path, columns=names, partitioning=None)
    gone = pc.equal(table["bucket"], "deleted")
    kept = pc.and_(pc.equal(table["bucket"], "kept"), pc.is_valid(table["content_hash"]))
    told = table.filter(pc.or_(gone, kept))
    columns = [told[name].to_pylist()[::-1] for name in names]
    for bucket, native_id, *rest in zip(*columns, strict=True):
        yield native_id, None if bucket == "deleted" else Seen(*rest)


def _sweep(folder: Path) -> None:
    """Remove temporary files, and WARCs without a batch: their writer was killed."""
    for orphan in folder.glob(".*.tmp"):
        orphan.unlink()
    newest = max(folder.glob("????-??-??"), default=None)
    for warc in newest.glob("*.warc.gz") if newest else ():
        if not warc.with_name(f"{warc.name.partition('.')[0]}.parquet").exists():
            warc.unlink()


def _sweep_revision(path: Path) -> None:
    """Remove the temporary file of a revision that was killed."""
    (path.parent.parent / f".{path.name}.tmp").unlink(missing_ok=True)


def _footer(path: Path) -> Batch | None:
    try:
        return read_batch(path)
    except ListeningError:
        return None
