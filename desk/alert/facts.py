"""What alerts are judged by, in memory: the window, what streams could see, published baselines.

Read once; `Facts.at` cuts it at a moment, so that a back-test sees what could be known then:
mentions from their publication on, looks from when they were taken.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import sqlalchemy as sa

from desk.alert.night import Nights, read_nights
from desk.alert.ruling import Rulings, standing
from desk.alert.take import WINDOW
from desk.alert.window import Mask, Rows, Spoken, Window
from desk.query import open_published
from listening.contract import Brand, BrandFile, DataRoot, ListeningError

HOUR: Final = 3600
DAY: Final = 24 * HOUR
_SHOWN: Final = 48  # looks at a stream in a small chart
_SQL: Final = Path(__file__).parent / "sql"
_MICRO: Final = 1_000_000


class Counts(NamedTuple):
    """A look at a mention. `at` is in seconds since 1970; None: not told."""

    at: float
    likes: int | None
    shares: int | None
    comments: int | None
    views: int | None
    followers: int | None

    def of(self, metric: str) -> int | None:
        """Return a count by name; engagement is all but views, None where none is told."""
        if metric != "engagement":
            value: int | None = getattr(self, metric)
            return value
        told = [one for one in (self.likes, self.shares, self.comments) if one is not None]
        return sum(told) if told else None


class Told(NamedTuple):
    """What one batch said its stream could see."""

    at: float
    since: float
    until: float
    state: str
    reason: str


@dataclass(slots=True)
class StreamSeen:
    """What a stream could see."""

    stream: str
    source: str
    goes_on: bool = False
    first: float = 0.0  # when it was looked at first
    told: list[Told] = field(default_factory=list)  # every look that was not whole, and the newest
    spans: list[tuple[float, float]] = field(default_factory=list)  # seen wholly

    def whole(self, at: float) -> list[tuple[float, float]]:
        """Return the intervals seen wholly, as known at a moment, joined where they touch."""
        joined: list[tuple[float, float]] = []
        for since, until in sorted(self.spans):
            if since >= at:
                break
            if joined and since <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], min(until, at)))
            else:
                joined.append((since, min(until, at)))
        return joined


class Hour(NamedTuple):
    """What was said of a brand in an hour."""

    voices: int = 0
    shared: int = 0  # voices that count for share of voice: not on own channels
    negative: int = 0
    neutral: int = 0
    positive: int = 0


@dataclass
class Published:
    """The last published baselines; empty where nothing is published yet."""

    hours: dict[tuple[str, int], Hour] = field(default_factory=dict)
    whole: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    usual: dict[tuple[str, str, str, int], tuple[int, float]] = field(default_factory=dict)


class Looks:
    """Looks at mentions, as known at a moment; they are read where they are asked for."""

    def __init__(self, connection: sa.Connection, moment: float = np.inf) -> None:
        self._connection, self._moment = connection, moment
        self._known: dict[str, list[Counts]] = {}

    def at(self, moment: float) -> Looks:
        """Return those that were taken by a moment; what was read is shared."""
        other = Looks(self._connection, moment)
        other._known = self._known
        return other

    def of(self, mention_id: str) -> Sequence[Counts]:
        """Return the looks at a mention, by time."""
        if mention_id not in self._known:
            self._known[mention_id] = [
                Counts(at / _MICRO, *counts)
                for at, *counts in _rows(self._connection, "looks", mention_id)
            ]
        told = self._known[mention_id]
        return told[: bisect_right([one.at for one in told], self._moment)]

    def reached(self, since: float, least: int) -> set[str]:
        """Return the mentions since a moment of which some count, or all together, is so high."""
        found = _rows(self._connection, "reached", int(since * _MICRO), least)
        return {mention_id for (mention_id,) in found}


@dataclass
class Facts:
    """Everything that is known at a moment (`now`, in seconds since 1970)."""

    brands: BrandFile
    now: float
    start: float  # the window knows everything said from here on
    spoken: Rows
    looks: Looks
    streams: Mapping[str, StreamSeen]
    published: Published
    nights: Nights = field(default_factory=Nights)
    rulings: Rulings = field(default_factory=Rulings)
    errors: tuple[ListeningError, ...] = ()  # what could not be read
    answers: dict[str, Any] = field(default_factory=dict)  # of brands, as rules found them
    eager: Mask | None = None  # rows of mentions whose counts are high enough for some rule

    def at(self, moment: float) -> Facts:
        """Return what could be known at an earlier moment."""
        said = self.spoken.within(-np.inf, np.nextafter(moment, np.inf))
        return replace(self, now=moment, spoken=said, looks=self.looks.at(moment), answers={})

    @cached_property
    def brand(self) -> dict[str, Brand]:
        """The brands by id."""
        return {one.id: one for one in self.brands.brands}

    @cached_property
    def _by_brand(self) -> dict[str | None, Rows]:
        brands = self.spoken.window.coded("brand_id")
        return {name: self.spoken.where(brands.isin([name])) for name in brands.names}

    def of_brand(self, brand_id: str | None) -> Rows:
        """Return what was said of a brand, by time."""
        return self._by_brand.get(brand_id) or self.spoken[:0]

    @cached_property
    def _first(self) -> dict[str, int]:
        """Where a mention's rows begin in `spoken`."""
        ids = [self.spoken.window.mention_id(place) for place in self.spoken.places.tolist()]
        return dict(zip(reversed(ids), range(len(ids) - 1, -1, -1), strict=True))

    def find(self, mention_id: str) -> list[Spoken]:
        """Return a mention's rows, one a brand."""
        place = self._first.get(mention_id)
        found: list[Spoken] = []
        while place is not None and place < len(self.spoken):
            one = self.spoken[place]
            if one.mention_id != mention_id:
                break
            found.append(one)
            place += 1
        return found

    def newest(self, mention_id: str) -> Counts | None:
        """Return the last look at a mention."""
        told = self.looks.of(mention_id)
        return told[-1] if told else None


# --- reading ------------------------------------------------------------------------------------


def read_facts(
    root: DataRoot,
    connection: sa.Connection,
    brands: BrandFile,
    now: float,
    since: float | None = None,
) -> Facts:
    """Read the window and the published baselines, cut at `now`.

    `since`: how far back a back-test begins; the window reaches back from there.
    """
    start = (since or now) - WINDOW.total_seconds()
    rulings = standing(connection)
    window = Window.read(connection, start, now, rulings)
    looks = Looks(connection)
    eager = _find_eager(looks, brands, window, since or now)
    published = read_published(root)
    streams = _read_streams(connection, published, every=since is not None)
    nights, errors = Nights(), list[ListeningError]()
    if any(rule.kind == "topic" and rule.when["discovered"] for rule in brands.alerts):
        nights, errors = read_nights(root, start, now)
    facts = Facts(
        brands, now, start, window.all, looks, streams, published, nights, rulings,
        tuple(errors), eager=eager,
    )  # fmt: skip
    return facts.at(now)


def _find_eager(looks: Looks, brands: BrandFile, window: Window, now: float) -> Mask:
    """Return the rows of young mentions whose counts may cross the limit of some rule."""
    rules = [rule for rule in brands.alerts if rule.kind in _COUNTING]
    if not rules:
        return window.marked((), now)
    oldest = now - max(rule.when["max_age_hours"] for rule in rules) * HOUR
    least = min(rule.when[_COUNTING[rule.kind]] for rule in rules)
    return window.marked(looks.reached(oldest, least), oldest)


# Kinds of rules that look at counts, and the count without which no limit of theirs is crossed.
_COUNTING: Final = {
    "post_count": "at_least", "post_velocity": "at_least", "amplify": "min_engagement",
}  # fmt: skip


def _read_streams(
    connection: sa.Connection, published: Published, *, every: bool
) -> dict[str, StreamSeen]:
    """Read what streams could see; of whole looks the newest alone, for charts, or `every` one."""
    streams = {
        name: StreamSeen(name, source, bool(goes_on), first / _MICRO)
        for name, source, goes_on, first in _rows(connection, "stream")
    }
    for name, since, until in _rows(connection, "whole"):
        streams[name].spans.append((since / _MICRO, until / _MICRO))
    for name, seen in streams.items():
        most = -1 if every else _SHOWN
        for at, since, until, state, reason in _rows(connection, "told", name, name, most):
            told = Told(at / _MICRO, since / _MICRO, until / _MICRO, state, reason)
            seen.told.append(told)
    for name, whole in published.whole.items():
        if name in streams:
            streams[name].spans += whole
    return streams


def _rows(connection: sa.Connection, name: str, *values: Any) -> list[Any]:
    raw: Any = connection.connection.driver_connection
    found: list[Any] = raw.execute(_text(name), values).fetchall()
    return found


@cache
def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text("utf-8")


def read_published(root: DataRoot) -> Published:
    """Read the last published baselines.

    What was published by an older version may lack a table: its baseline is then empty.
    """
    published = Published()
    for brand_id, hour, *counts in _ask(root, "pr", "mention_hour", "published_hours"):
        published.hours[brand_id, hour] = Hour(*counts)
    for stream, since, until in _ask(root, "pr", "coverage", "published_coverage"):
        published.whole.setdefault(stream, []).append((since, until))
    for *key, posts, usual in _ask(root, "marketing", "engagement_usual", "published_usual"):
        brand_id, channel, said_by, age = key
        published.usual[brand_id, channel, said_by, age] = (posts, usual)
    return published


def _ask(root: DataRoot, team: str, table: str, name: str) -> list[tuple[Any, ...]]:
    try:
        with open_published(root, team) as connection:
            there = connection.execute(
                "SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]
            ).fetchall()
            return (
                connection.execute((_SQL / f"{name}.sql").read_text("utf-8")).fetchall()
                if there
                else []
            )
    except ListeningError:
        if (root.published / f"{team}.duckdb").exists():
            raise
        return []
