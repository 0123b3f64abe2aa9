"""What alerts are judged by, in memory: the window, what streams could see, published baselines.

Read once; `Facts.at` cuts it at a moment, so that a back-test sees what could be known then:
mentions from their publication on, looks from when they were taken.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from desk.alert.night import Nights, read_nights
from desk.alert.ruling import Rulings, standing
from desk.alert.take import WINDOW
from desk.query import open_published
from listening.contract import Brand, BrandFile, DataRoot, ListeningError

HOUR: Final = 3600
DAY: Final = 24 * HOUR
_SQL: Final = Path(__file__).parent / "sql"
_MICRO: Final = 1_000_000


@dataclass(slots=True)
class Spoken:
    """A mention, of one brand or of none. Instants are seconds since 1970."""

    mention_id: str
    brand_id: str | None
    published: float
    seen: float
    source: str
    stream: str
    channel: str
    kind: str
    author: str  # key; empty: hidden
    author_brand: str | None
    parent: str | None
    thread: str
    cluster: str
    intents: frozenset[str]
    topics: tuple[str, ...]
    flags: tuple[dict[str, Any], ...]
    withheld: bool
    relation: str
    products: tuple[str, ...]
    sentiment: str
    addressed: bool

    @property
    def hour(self) -> int:
        """The hour it was said in, counted from 1970."""
        return int(self.published // HOUR)

    @property
    def is_public(self) -> bool:
        """Said by people: no brand's words, no spam."""
        return self.author_brand is None and "spam" not in self.intents

    @property
    def is_bad(self) -> bool:
        """It speaks badly of the brand, or is flagged: as bad_mention of the warehouse."""
        return self.sentiment == "negative" or "complaint" in self.intents or bool(self.flags)


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
    """What a stream could see, look by look."""

    stream: str
    source: str
    goes_on: bool = False
    told: list[Told] = field(default_factory=list)
    earlier: list[tuple[float, float]] = field(default_factory=list)  # complete, published

    def whole(self, at: float) -> list[tuple[float, float]]:
        """Return the intervals seen wholly, as known at a moment, joined where they touch."""
        looks = [(one.since, one.until) for one in self.told if one.state == "complete"]
        seen = [*self.earlier, *((since, min(until, at)) for since, until in looks if since < at)]
        joined: list[tuple[float, float]] = []
        for since, until in sorted(seen):
            if joined and since <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], until))
            else:
                joined.append((since, until))
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


@dataclass
class Facts:
    """Everything that is known at a moment (`now`, in seconds since 1970)."""

    brands: BrandFile
    now: float
    start: float  # the window knows everything said from here on
    spoken: Sequence[Spoken]
    looks: Mapping[str, Sequence[Counts]]
    streams: Mapping[str, StreamSeen]
    published: Published
    nights: Nights = field(default_factory=Nights)
    rulings: Rulings = field(default_factory=Rulings)
    errors: tuple[ListeningError, ...] = ()  # what could not be read

    def at(self, moment: float) -> Facts:
        """Return what could be known at an earlier moment."""
        end = bisect_right([one.published for one in self.spoken], moment)
        looks = {
            mention_id: told[: bisect_right([one.at for one in told], moment)]
            for mention_id, told in self.looks.items()
        }
        return replace(self, now=moment, spoken=self.spoken[:end], looks=looks)

    @cached_property
    def brand(self) -> dict[str, Brand]:
        """The brands by id."""
        return {one.id: one for one in self.brands.brands}

    @cached_property
    def by_brand(self) -> dict[str | None, list[Spoken]]:
        """What was said of each brand, by time."""
        found: dict[str | None, list[Spoken]] = defaultdict(list)
        for one in self.spoken:
            found[one.brand_id].append(one)
        return found

    @cached_property
    def by_id(self) -> dict[str, list[Spoken]]:
        """A mention's rows, one a brand."""
        found: dict[str, list[Spoken]] = defaultdict(list)
        for one in self.spoken:
            found[one.mention_id].append(one)
        return found

    def newest(self, mention_id: str) -> Counts | None:
        """Return the last look at a mention."""
        told = self.looks.get(mention_id)
        return told[-1] if told else None


def within(rows: Sequence[Spoken], since: float, until: float) -> Sequence[Spoken]:
    """Return the rows, which are in order of time, said from `since` until before `until`."""
    key: Callable[[Spoken], float] = lambda one: one.published  # noqa: E731
    return rows[bisect_left(rows, since, key=key) : bisect_left(rows, until, key=key)]


def voices(rows: Iterable[Spoken]) -> int:
    """Return how many people speak: an author once, near copies once, whoever passes them on.

    As the macro `voices` of the warehouse.
    """
    authors, clusters = set(), set()
    for one in rows:
        authors.add(one.author or one.cluster)
        clusters.add(one.cluster)
    return min(len(authors), len(clusters))


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
    spoken = [_spoken(row) for row in _rows(connection, "spoken")]
    rulings = standing(connection)
    for one in spoken:
        if one.flags:
            one.flags = tuple(
                flag for flag in one.flags if not rulings.of_flag(one.mention_id, flag["kind"])
            )
    looks: dict[str, list[Counts]] = defaultdict(list)
    for row in _rows(connection, "looks"):
        looks[row[0]].append(Counts(row[1] / _MICRO, *row[2:]))
    streams: dict[str, StreamSeen] = {}
    for row in _rows(connection, "coverage"):
        seen = streams.setdefault(row.stream, StreamSeen(row.stream, row.source))
        seen.goes_on = seen.goes_on or bool(row.goes_on)
        moments = (row.sealed_at / _MICRO, row.since / _MICRO, row.until / _MICRO)
        seen.told.append(Told(*moments, row.state, row.reason))
    published = read_published(root)
    for name, whole in published.whole.items():
        if name in streams:
            streams[name].earlier = whole
    start = (since or now) - WINDOW.total_seconds()
    nights, errors = Nights(), list[ListeningError]()
    if any(rule.kind == "topic" and rule.when["discovered"] for rule in brands.alerts):
        nights, errors = read_nights(root, now)
    facts = Facts(
        brands, now, start, spoken, looks, streams, published, nights, rulings,
        tuple(errors),
    )  # fmt: skip
    return facts.at(now)


def _rows(connection: sa.Connection, name: str) -> Sequence[Any]:
    return connection.exec_driver_sql((_SQL / f"{name}.sql").read_text("utf-8")).all()


@lru_cache(maxsize=10_000)
def _listed(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))  # the same few lists, over and over


def _spoken(row: Any) -> Spoken:
    return Spoken(
        row.mention_id,
        row.brand_id,
        row.published_at / _MICRO,
        row.first_seen_at / _MICRO,
        row.source,
        row.stream,
        row.channel,
        row.kind,
        row.author_key,
        row.author_brand_id,
        row.parent_id,
        row.thread_id,
        row.cluster_id,
        frozenset(_listed(row.intents)),
        _listed(row.topics),
        tuple(json.loads(row.flags)) if row.flags != "[]" else (),
        bool(row.withheld),
        row.relation,
        _listed(row.products),
        row.sentiment,
        bool(row.addressed),
    )


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
