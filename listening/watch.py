"""Knows which mentions of a stream are young, and when each was looked at last.

Told by the landing zone alone. `watch/<stream>.json` keeps what was read of it so far; without
that file, or with one that knows more than the landing zone does, all is read again.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import BatchKind, DataRoot, explained
from listening.landing import Landing

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AGES: Final = (
    *(count * MINUTE for count in (10, 30, 60, 120, 240, 480, 960)),
    *(count * DAY for count in (1, 2, 3, 5, 7, 14, 28)),
)
"""The ages at which a mention is looked at: counts grow fast at first, and then hardly at all."""
_BUCKETS: Final = pa.array(["kept", "duplicate", "deleted"])
KINDS: Final[tuple[BatchKind, ...]] = ("mention", "engagement")
VERSION: Final = 1
_SECONDS: Final = tuple(age.total_seconds() for age in AGES)
_COLUMNS: Final = ["bucket", "native_id", "content_hash", "published_at", "observed_at"]


class Young(NamedTuple):
    """A mention, when it was published and last looked at, and the start of its content's hash."""

    published: float
    looked: float
    content: str

    def is_due(self, moment: float) -> bool:
        """Tell whether it came of an age since the last look."""
        return self._ages(self.looked) < self._ages(moment)

    @property
    def is_done(self) -> bool:
        """Tell whether it was looked at for the last time."""
        return self._ages(self.looked) == len(AGES)

    def _ages(self, moment: float) -> int:
        return bisect_right(_SECONDS, moment - self.published)


@dataclass(slots=True)
class Watch:
    """The young mentions of one stream."""

    path: Path
    read: dict[str, int] = field(default_factory=dict)  # kind -> number of the last batch read
    young: dict[str, Young] = field(default_factory=dict)  # by native id

    @classmethod
    def open(cls, landing: Landing, stream: str, at: datetime) -> Watch:
        """Return the watch as the landing zone has it."""
        watch = cls._kept(landing.root, stream)
        newest = {kind: landing.newest_seq(kind, stream) for kind in KINDS}
        if any(watch.read.get(kind, 0) > newest[kind] for kind in KINDS):
            watch = cls(watch.path)
        for kind in KINDS:
            paths = landing.sealed_since(kind, stream, watch.read.get(kind, 0), at - AGES[-1])
            for path in paths:
                watch._learn(path)
            watch.read[kind] = newest[kind]
        watch.young = {one: known for one, known in watch.young.items() if not known.is_done}
        return watch

    @classmethod
    def _kept(cls, root: DataRoot, stream: str) -> Watch:
        path = root.path / "watch" / f"{stream}.json"
        try:
            data = json.loads(path.read_bytes())
            if data["version"] != VERSION:
                return cls(path)
            young = {native_id: Young(*known) for native_id, known in data["young"].items()}
            return cls(path, dict(data["read"]), young)
        except (OSError, ValueError, TypeError, KeyError):  # a copy: it can be made again
            return cls(path)

    def due(self, at: datetime) -> list[str]:
        """Return the ids to look at, the youngest mention first."""
        moment = at.timestamp()
        found = [native_id for native_id, known in self.young.items() if known.is_due(moment)]
        return sorted(found, key=lambda one: (-self.young[one].published, one))

    def looked(self, native_id: str, at: datetime) -> None:
        """Note a look, whatever it brought."""
        if known := self.young.get(native_id):
            self.young[native_id] = known._replace(looked=at.timestamp())

    def save(self) -> None:
        """Keep what was read, so that it is not read again."""
        data = {"version": VERSION, "read": self.read, "young": self.young}
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps(data))
            temporary.replace(self.path)

    def _learn(self, path: Path) -> None:
        try:
            rows = list(_rows(path))
        except (OSError, pa.ArrowException):  # damaged: what it held is crawled again
            return
        for bucket, native_id, content, published, observed in rows:
            known = self.young.get(native_id)
            if bucket == "deleted":
                self.young.pop(native_id, None)
            elif published and bucket == "kept":
                looked = max(observed.timestamp(), known.looked if known else 0.0)
                self.young[native_id] = Young(published.timestamp(), looked, (content or "")[:8])
            elif known:
                looked = max(observed.timestamp(), known.looked)
                self.young[native_id] = known._replace(looked=looked)


def _rows(path: Path) -> Iterator[tuple[Any, ...]]:
    table = pq.read_table(path, columns=_COLUMNS, partitioning=None)
    wanted = pc.is_in(table["bucket"], value_set=_BUCKETS)
    table = table.filter(pc.and_(wanted, pc.is_valid(table["native_id"])))
    return zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True)
