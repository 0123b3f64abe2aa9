"""What is known around a mention: what it answers, what answers it, and its author's other names.

Read from the landing zone, of the same source only: identities are never joined across sources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import DataRoot, slug

DAYS: Final = 30  # how far back it is looked
MOST: Final = 50  # mentions of a thread that one pack holds
_KEYS: Final = ("mention_id", "parent_id", "thread_id")
_READ: Final = (
    *_KEYS, "bucket", "content_hash", "native_id", "source", "channel", "kind", "title", "text",
    "url", "author", "author_id", "author_name", "published_at", "observed_at",
)  # fmt: skip

Row = Mapping[str, Any]


@dataclass
class Surroundings:
    """The rows near some mentions, by what they are found by."""

    by_id: dict[str, Row] = field(default_factory=dict)
    by_parent: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_thread: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    handles: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def thread(self, row: Row) -> list[dict[str, Any]]:
        """Return what is around a mention, each with how it stands to it, the oldest first."""
        own = row["mention_id"]
        near: dict[str, str] = {}
        for one in self.by_thread.get(row["thread_id"] or "", set()) | {row["thread_id"] or ""}:
            near[one] = "same thread"
        for one in self.by_parent.get(own, set()):
            near[one] = "answers it"
        if row["parent_id"]:
            near[row["parent_id"]] = "is answered by it"
        found = [
            {"stands": stands, **self.by_id[one]}
            for one, stands in near.items()
            if one in self.by_id and one != own
        ]
        found.sort(key=lambda one: (one["stands"] == "same thread", _order(one)))
        return sorted(found[:MOST], key=_order)

    def other_handles(self, row: Row) -> list[str]:
        """Return other handles the same author of the same source was seen under."""
        known = self.handles.get((row["source"], row["author_id"] or ""), set())
        return sorted(known - {row["author"]}) if row["author_id"] else []


def look_around(root: DataRoot, rows: Sequence[Row], until: datetime) -> Surroundings:
    """Read once what is near all these mentions."""
    around = Surroundings()
    for source in sorted({row["source"] for row in rows}):
        own = [row for row in rows if row["source"] == source]
        wanted = {name: {row[name] for row in own if row[name]} for name in _KEYS}
        authors = {row["author_id"] for row in own if row["author_id"]}
        for path in _batches(root, source, until):
            _look(path, wanted, authors, around)
    return around


def _batches(root: DataRoot, source: str, until: datetime) -> Iterable[Path]:
    since = f"{until - timedelta(days=DAYS):%Y-%m-%d}"
    for folder in sorted((root.landing / "mention").glob(f"{slug(source)}--*")):
        for day in sorted(folder.glob("????-??-??")):
            if day.name >= since:
                yield from sorted(day.glob("[0-9]*.parquet"))


def _look(
    path: Path, wanted: Mapping[str, set[str]], authors: set[str], around: Surroundings
) -> None:
    try:
        table = pq.read_table(path, columns=list(_READ), partitioning=None)
    except (OSError, pa.ArrowException):
        return  # set aside by the next crawl; a thread is what is known
    if not table.num_rows:
        return
    ids = pa.array(sorted(set.union(*wanted.values())), pa.string())
    parents = pa.array(sorted(wanted["mention_id"]), pa.string())
    threads = pa.array(sorted(wanted["thread_id"] | wanted["mention_id"]), pa.string())
    near = pc.or_(
        pc.is_in(table["mention_id"], ids),
        pc.or_(pc.is_in(table["parent_id"], parents), pc.is_in(table["thread_id"], threads)),
    )
    kept = pc.equal(table["bucket"], "kept")
    for row in table.filter(pc.and_(kept, near)).to_pylist():
        _note(row, around)
    if authors:
        same = pc.is_in(table["author_id"], pa.array(sorted(authors), pa.string()))
        for row in table.filter(pc.and_(kept, same)).to_pylist():
            around.handles[row["source"], row["author_id"]].add(row["author"])


def _note(row: dict[str, Any], around: Surroundings) -> None:
    own = row["mention_id"]
    del row["bucket"]
    before = around.by_id.get(own)
    if before is None or _seen(before) <= _seen(row):
        around.by_id[own] = row
    if row["parent_id"]:
        around.by_parent[row["parent_id"]].add(own)
    if row["thread_id"]:
        around.by_thread[row["thread_id"]].add(own)


def _seen(row: Row) -> str:
    return str(row["observed_at"])


def _order(row: Row) -> tuple[str, str]:
    return str(row["published_at"]), row["mention_id"]
