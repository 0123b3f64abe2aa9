"""What was said in the window, as columns: alerts count hundreds of thousands of mentions a poll.

A mention becomes an object (`Spoken`) where somebody looks at it alone. Counting and choosing are
done on the columns: 290,000 mentions as objects took 15 s (`python -m bench.judging`, 2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from desk.alert.ruling import Rulings

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_SQL: Final = Path(__file__).parent / "sql"
_MICRO: Final = 1_000_000
_COLUMNS: Final = (
    "mention_id", "brand_id", "published_at", "first_seen_at", "source", "stream", "channel",
    "kind", "author_key", "author_brand_id", "parent_id", "thread_id", "cluster_id", "intents",
    "topics", "flags", "withheld", "relation", "products", "sentiment", "addressed",
)  # fmt: skip
_PLACE: Final = {name: place for place, name in enumerate(_COLUMNS)}


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
    flags: tuple[dict[str, Any], ...]  # those that nobody dismissed
    withheld: bool
    relation: str
    products: tuple[str, ...]
    sentiment: str
    addressed: bool


class Coded:
    """A column of few different values: `codes` by row, `names` by code."""

    def __init__(self, values: Iterable[Any]) -> None:
        known: dict[Any, int] = {}
        self.codes: Places = np.array(
            [known.setdefault(one, len(known)) for one in values], np.int64
        )
        self.names = list(known)

    def where(self, is_so: Callable[[Any], bool]) -> Mask:
        """Return where the value is such a one."""
        told = np.array([is_so(name) for name in self.names], np.bool_)
        return told[self.codes] if len(told) else np.zeros(0, np.bool_)

    def isin(self, names: Iterable[Any]) -> Mask:
        """Return where the value is one of these."""
        wanted = set(names)
        return self.where(lambda name: name in wanted)


class Window:
    """Every mention of the window, once for each brand, by time of publication."""

    def __init__(self, rows: Sequence[tuple[Any, ...]], rulings: Rulings) -> None:
        self._rows = rows
        self._made: dict[int, Spoken] = {}
        self._columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
        self.published = np.array(self._columns[_PLACE["published_at"]], np.float64) / _MICRO
        self._flags: dict[int, tuple[dict[str, Any], ...]] = {}
        for place, told in enumerate(self._columns[_PLACE["flags"]]):
            if told != "[]":
                mention_id = rows[place][0]
                self._flags[place] = tuple(
                    flag
                    for flag in json.loads(told)
                    if not rulings.of_flag(mention_id, flag["kind"])
                )

    @classmethod
    def read(cls, connection: sa.Connection, since: float, rulings: Rulings) -> Window:
        """Read what was published since a moment."""
        text = (_SQL / "spoken.sql").read_text("utf-8")
        raw: Any = connection.connection.driver_connection  # rows as they are: twice as fast
        return cls(raw.execute(text, [int(since * _MICRO)]).fetchall(), rulings)

    @property
    def all(self) -> Rows:
        """Every row."""
        return Rows(self, np.arange(len(self._rows), dtype=np.int64))

    def __getitem__(self, place: int) -> Spoken:
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]

    def _make(self, place: int) -> Spoken:
        (mention_id, brand_id, published, seen, source, stream, channel, kind, author,
         author_brand, parent, thread, cluster, intents, topics, _, withheld, relation, products,
         sentiment, addressed) = self._rows[place]  # fmt: skip
        return Spoken(
            mention_id, brand_id, published / _MICRO, seen / _MICRO, source, stream, channel, kind,
            author, author_brand, parent, thread, cluster, _set(intents), listed(topics),
            self._flags.get(place, ()), bool(withheld), relation, listed(products), sentiment,
            bool(addressed),
        )  # fmt: skip

    def mention_id(self, place: int) -> str:
        """Return a row's mention."""
        mention_id: str = self._rows[place][0]
        return mention_id

    def coded(self, name: str) -> Coded:
        """Return a column as codes."""
        if name not in self._coded:
            self._coded[name] = Coded(self._columns[_PLACE[name]])
        return self._coded[name]

    @cached_property
    def _coded(self) -> dict[str, Coded]:
        return {}

    # --- what is asked of every row -------------------------------------------------------------

    @cached_property
    def cluster(self) -> Places:
        """The text, near copies the same."""
        return self.coded("cluster_id").codes

    @cached_property
    def voice(self) -> Places:
        """Who speaks: the author, else the text."""
        clusters = len(self.coded("cluster_id").names)
        author = self.coded("author_key")
        return np.where(author.isin([""]), self.cluster, author.codes + clusters)

    @cached_property
    def is_first(self) -> Mask:
        """The first row of its mention."""
        mention = self.coded("mention_id").codes
        return np.append(True, mention[1:] != mention[:-1]) if len(mention) else mention == 0

    @cached_property
    def is_flagged(self) -> Mask:
        """Something is suspected that nobody dismissed."""
        told = np.zeros(len(self._rows), np.bool_)
        told[[place for place, flags in self._flags.items() if flags]] = True
        return told

    @cached_property
    def is_spam(self) -> Mask:
        """Spam."""
        return self.has("intents", ["spam"])

    @cached_property
    def is_public(self) -> Mask:
        """Said by people: no brand's words, no spam."""
        return self.coded("author_brand_id").isin([None]) & ~self.is_spam

    @cached_property
    def mood(self) -> dict[str, Mask]:
        """Where the sentiment is negative, neutral, positive."""
        told = self.coded("sentiment")
        return {name: told.isin([name]) for name in ("negative", "neutral", "positive")}

    @cached_property
    def is_bad(self) -> Mask:
        """It speaks badly of the brand, or is flagged: as bad_mention of the warehouse."""
        return self.mood["negative"] | self.has("intents", ["complaint"]) | self.is_flagged

    @cached_property
    def is_shared(self) -> Mask:
        """It counts for share of voice: not said on a brand's own channel."""
        return ~self.coded("relation").isin(["owned"])

    def has(self, column: str, wanted: Iterable[str], none: str = "") -> Mask:
        """Return where a list has one of these; `none` is what an empty list has."""
        names = set(wanted)
        return self.coded(column).where(
            lambda told: not names.isdisjoint(listed(told) or ((none,) if none else ()))
        )


class Rows(Sequence[Spoken]):
    """Some rows of the window, by time of publication."""

    def __init__(self, window: Window, places: Places) -> None:
        self.window, self.places = window, places

    @cached_property
    def published(self) -> npt.NDArray[np.float64]:
        """When each was published, in seconds since 1970."""
        return self.window.published[self.places]

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> Spoken: ...
    @overload
    def __getitem__(self, place: slice) -> Rows: ...
    def __getitem__(self, place: int | slice) -> Spoken | Rows:
        if isinstance(place, slice):
            return Rows(self.window, self.places[place])
        return self.window[int(self.places[place])]

    def __iter__(self) -> Iterator[Spoken]:
        return (self.window[place] for place in self.places.tolist())

    def where(self, mask: Mask) -> Rows:
        """Return the rows for which a column of the window is true."""
        return Rows(self.window, self.places[mask[self.places]])

    def within(self, since: float, until: float = np.inf) -> Rows:
        """Return the rows said from `since` until before `until`."""
        first, last = np.searchsorted(self.published, (since, until))
        return self[int(first) : int(last)]

    def voices(self) -> int:
        """Return at most how many people speak: so many authors, and so many different texts.

        As the macro `voices` of the warehouse, which says what is usual.
        """
        return min(_distinct(self.window.voice[self.places]),
                   _distinct(self.window.cluster[self.places]))  # fmt: skip

    def people(self) -> int:
        """Return how many people speak, each with a text of their own.

        An author counts once, and so do near copies, whoever passes them on: the largest matching
        of authors and texts (Hopcroft and Karp, 1973). One who says sixty things beside sixty who
        say one are two, where `voices` counts sixty-one. What is told is counted so.
        """
        who, text = self.window.voice[self.places], self.window.cluster[self.places]
        pairs = np.unique(np.stack([who, text]), axis=1)
        who, text = (np.unique(one, return_inverse=True)[1] for one in pairs)
        authors, texts = np.bincount(who), np.bincount(text)
        # Most say what nobody else says, or pass on one thing: these need no search.
        own, passed = np.zeros_like(authors), np.zeros_like(texts)
        np.maximum.at(own, who, texts[text])
        np.maximum.at(passed, text, authors[who])
        alone, chorus = own == 1, (passed == 1) & (texts > 1)
        rest = ~alone[who] & ~chorus[text]
        return int(alone.sum() + chorus.sum()) + _matched(who[rest], text[rest])

    def once(self) -> Rows:
        """Return one row of each mention."""
        if not len(self):
            return self
        mention = self.window.coded("mention_id").codes[self.places]
        _, first = np.unique(mention, return_index=True)
        return Rows(self.window, self.places[np.sort(first)])

    def newest_first(self) -> Rows:
        """Return one row of each mention, the newest first."""
        once = self.once()
        order = np.argsort(-once.published, kind="stable")
        return Rows(self.window, once.places[order])

    def moods(self) -> tuple[int, int, int]:
        """Count people by their last word, and one text that many pass on once.

        As negative, neutral, positive.
        """
        last = self.places
        for who in (self.window.voice, self.window.cluster):
            _, found = np.unique(who[last][::-1], return_index=True)
            last = np.sort(last[::-1][found])
        mood = self.window.coded("sentiment")
        counts = np.bincount(mood.codes[last], minlength=len(mood.names)).tolist()
        told = dict(zip(mood.names, counts, strict=True))
        return told.get("negative", 0), told.get("neutral", 0), told.get("positive", 0)


def _matched(who: Places, text: Places) -> int:
    if not len(who):
        return 0
    from networkx import Graph
    from networkx.algorithms.bipartite import hopcroft_karp_matching

    pairs = [(one, -1 - other) for one, other in zip(who.tolist(), text.tolist(), strict=True)]
    return len(hopcroft_karp_matching(Graph(pairs), {one for one, _ in pairs})) // 2


def _distinct(codes: Places) -> int:
    return len(set(codes.tolist()))


@lru_cache(maxsize=10_000)
def listed(text: str) -> tuple[str, ...]:
    """Return a JSON list of texts; the same few lists come over and over."""
    return tuple(json.loads(text))


@lru_cache(maxsize=10_000)
def _set(text: str) -> frozenset[str]:
    return frozenset(listed(text))
