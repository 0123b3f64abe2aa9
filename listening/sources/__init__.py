"""The registry of sources: what each one is, where it may go, and what it cannot see.

A source is one file of its name in this package. `crawl` yields whole pages; the decorator states
the rest. Files are found by walking the package, and each is imported when its source is asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from listening.clean import clean_text
from listening.contract import BrandFile, Cursor, ListeningError, Mention, Page, stream_id
from listening.net.meter import Bill, Budget, Meter

if TYPE_CHECKING:
    from listening.http import Http

Relation = Literal["owned", "off_channel"]


class SourceChanged(ListeningError):  # noqa: N818 - a fact about the source
    """A source no longer serves what its document says: a field, a type, a whole route."""


class SourceSilent(ListeningError):  # noqa: N818
    """A source that should speak said nothing."""


def source_failed(error: Exception, name: str, where: str) -> ListeningError:
    """Return what to say of a source that raised what none may raise: a fault of its file."""
    mend = f"This is a fault in listening/sources/{name}.py; the log has its trace"
    what = f"the source failed: {type(error).__name__}: {error}"
    return ListeningError(what, where=where, mend=mend)


class Settings(BaseModel):
    """The base of every source's settings: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to listen to at a source: a feed, a tag, an app, a query."""

    name: str  # the last part of the stream's name
    host: str  # without a port: moving a server renames no stream
    settings: Mapping[str, Any] = field(default_factory=dict)  # JSON-able, for `crawl`
    hosts: tuple[str, ...] = ()  # hosts it may speak to besides its own and the source's
    relation: Relation | None = None  # where it differs from the source's


@dataclass(frozen=True, slots=True)
class Look:
    """One crawl of one target, as its source sees it."""

    http: Http
    target: Target
    brands: BrandFile
    cursor: Cursor
    since: datetime  # behind the cursor by the overlap; at first, the horizon
    started_at: datetime
    recent: Callable[[datetime], Mapping[str, datetime]]
    """Native ids of the living mentions this stream landed, with when they were published."""
    until: datetime | None = None  # the end of a backfill's slice; None: the present
    meter: Meter | None = None  # of a source with a budget

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return what `targets` wrote down for this target."""
        return self.target.settings

    @property
    def folder(self) -> Path | None:
        """Return the folder that a drop lies in, with the pictures it may bring."""
        return Path(self.settings["path"]) if self.target.host == "local" else None

    def pay(self, **most: int) -> AbstractContextManager[Bill]:
        """Reserve what a request may cost at most, by kind of item; see `Meter.pay`.

        Raises:
            SpendCappedError: the cap does not leave that much.
        """
        if self.meter is None:
            raise TypeError(f"the source of {self.target.name} states no budget")
        return self.meter.pay(**most)

    def missing(self, served: set[str]) -> list[str]:
        """Return the ids landed from this window before that were not served now, oldest first."""
        known = self.recent(self.since)
        stored = {clean_text(native_id).strip() for native_id in served}  # as the rows hold them
        return sorted(known.keys() - stored, key=lambda native_id: (known[native_id], native_id))


@dataclass(frozen=True, slots=True)
class Source:
    """What a source says of itself, and its functions."""

    name: str
    relation: Relation
    hosts: tuple[str, ...]  # its fixed hosts; a configured URL adds its own
    auth: str
    blind_to: str
    verified: Literal["recorded", "shape"]
    settings: type[Settings]
    targets: Callable[[Any, BrandFile], list[Target]]
    crawl: Callable[[Look], Iterator[Page]]
    private: bool = False  # messages and tickets: their words are for legal and care alone
    parser: str = "1"  # a new one makes `listening reparse` read kept exchanges again
    pace: float = 1.0  # seconds between two requests to one host
    memory: timedelta = timedelta(days=2)  # batches this old still tell `Look.recent`
    overlap: timedelta = timedelta(0)  # read again behind the cursor: late items, edits, counts
    horizon: timedelta = timedelta(days=90)  # how far back the first crawl looks
    recount: Callable[[Look, Sequence[str]], Iterator[Page]] | None = None
    """Looks again at mentions by their native ids, at most `recount_size` of them at once."""
    recount_size: int = 1  # what the cheapest call of the API takes
    uncounted: str = ""  # why there is no `recount`
    history: Callable[[Look, Mention], Iterator[Mention]] | None = None
    """Yields the contents an edited mention had before, oldest first, where the API keeps them."""
    slice: timedelta | None = None  # a backfill asks for so much at once, heeding `Look.until`
    backfills: bool = False  # it can be asked for a date long past
    no_past: str = ""  # why it cannot, where it is not that its crawl takes in all that it serves
    budget: Budget | None = None  # what it costs; `cap` of its settings limits it
    max_pages: int = 500
    max_bytes: int = 10_000_000  # of one response, as received

    def describe(self) -> dict[str, Any]:
        """Return what `listening sources` tells of this source."""
        keys = ("name", "relation", "auth", "blind_to", "verified", "private")
        counts = f"{self.recount_size} at once" if self.recount else f"no: {self.uncounted}"
        facts = {key: getattr(self, key) for key in keys}
        return {**facts, "hosts": list(self.hosts), "counts_again": counts}


_REGISTERED: dict[str, Source] = {}


def source(
    *, targets: Callable[[Any, BrandFile], list[Target]], **facts: Any
) -> Callable[[Callable[[Look], Iterator[Page]]], Callable[[Look], Iterator[Page]]]:
    """Register the decorated `crawl` as a source; `facts` are the fields of `Source`."""

    def register(crawl: Callable[[Look], Iterator[Page]]) -> Callable[[Look], Iterator[Page]]:
        one = Source(targets=targets, crawl=crawl, **facts)
        if one.name != crawl.__module__.rpartition(".")[2]:
            raise ValueError(f"source {one.name!r} is not in a file of its name")
        _REGISTERED[one.name] = one
        return crawl

    return register


class _Sources(Mapping[str, Source]):
    """All sources by name, each imported when first asked for: with all come 110 modules."""

    @cached_property
    def _names(self) -> Mapping[str, None]:
        files = (each.name for each in pkgutil.iter_modules(__path__) if not each.ispkg)
        return dict.fromkeys(sorted(name for name in files if not name.startswith("_")))

    def __getitem__(self, name: str) -> Source:
        if name not in _REGISTERED and name in self._names:
            importlib.import_module(f"{__name__}.{name}")
        return _REGISTERED[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


SOURCES: Mapping[str, Source] = _Sources()


def describe() -> list[dict[str, Any]]:
    """Return what `listening sources` lists, by name."""
    return [one.describe() for one in SOURCES.values()]


def name_stream(source_name: str, target: Target) -> str:
    """Return the stream's name; the same whatever the brand, the wording and the port."""
    return stream_id(source_name, target.host, target.name)


def cursor_instant(cursor: Cursor) -> datetime | None:
    """Return the instant a cursor stands at (its key `at`), None at first."""
    at = cursor.get("at")
    return datetime.fromisoformat(at).astimezone(UTC) if at else None
