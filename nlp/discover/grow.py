"""From one night's topics to the next: who belongs where, what is born, dies, merges, splits.

A text stays in its topic until that topic merges or splits: so numbers of last week do not
change because of this week's talk. Only what has no topic yet is assigned or clustered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import numpy as np

from nlp.discover.dense import FEWEST, JOIN, Floats, Places, join, likenesses, partition, unit
from nlp.discover.dense import split as parts_of

BELONG: Final = 0.45
"""Cosine from which a text belongs to the topic whose centre is nearest."""

LIKE: Final = 0.7
"""Likeness from which what is new and dense belongs to a topic that stands: less than JOIN,
for what was left over lies at the edge of what it was left over from."""

FEWEST_AUTHORS: Final = 3
"""One loud author is no topic."""

_LEAST_PART: Final = 0.1  # of a topic: less is noise at its edge
_FEWEST_PART: Final = 2 * FEWEST  # texts: what stands is not torn apart by a few
_FEWEST_CENTRED: Final = 3  # texts from which a centre means something


@dataclass(frozen=True, slots=True)
class Move:
    """One event in the life of topics; `share` of `before`'s texts went to `after`."""

    kind: Literal["birth", "death", "merge", "split"]
    before: str  # "" for a birth
    after: str  # "" for a death
    share: float


@dataclass(slots=True)
class Growth:
    """The topics of tonight's texts while the night is made."""

    points: Floats  # unit vectors, what all share taken off
    authors: Sequence[str]
    labels: list[str | None]
    night: date
    moves: list[Move] = field(default_factory=list)
    _born: int = 0

    def groups(self) -> dict[str, Places]:
        """Return the texts of each topic, by id."""
        found: dict[str, list[int]] = {}
        for place, topic in enumerate(self.labels):
            if topic is not None:
                found.setdefault(topic, []).append(place)
        return {topic: np.array(found[topic], np.int64) for topic in sorted(found)}

    def put(self, places: Places, topic: str) -> None:
        """Put texts into a topic."""
        for place in places.tolist():
            self.labels[place] = topic

    def new_id(self) -> str:
        """Return an id nobody had before: the night's date and a number."""
        self._born += 1
        return f"{self.night:%Y%m%d}-{self._born:02d}"

    def is_talk(self, places: Places) -> bool:
        """Tell whether enough different people say it."""
        return len({self.authors[place] for place in places.tolist()}) >= FEWEST_AUTHORS


def advance(
    points: Floats,
    authors: Sequence[str],
    held: Sequence[str | None],
    living: Collection[str],
    carried: Collection[str],
    night: date,
) -> tuple[list[str | None], list[Move]]:
    """Return the topic of every text after tonight, and what happened to the topics.

    Args:
        points: unit vectors of the texts, what all share taken off.
        authors: who said each.
        held: the topic each had last night; None: none, or new, or edited.
        living: the topics that stood last night.
        carried: those with mentions that cannot be compared tonight (vectors of another
            model): they stand.
        night: the date; part of the ids born tonight.
    """
    growth = Growth(points, authors, list(held), night)
    old = sorted(set(living))
    standing = {topic for topic in held if topic is not None} | set(carried)
    growth.moves += [Move("death", topic, "", 1.0) for topic in old if topic not in standing]
    assign(growth)
    bear(growth)
    merged = merge(growth, old)
    split(growth, [topic for topic in old if topic not in merged])
    return growth.labels, growth.moves


def assign(growth: Growth) -> None:
    """Give texts without a topic the one whose centre is nearest, where it is near."""
    groups = {
        topic: group for topic, group in growth.groups().items() if len(group) >= _FEWEST_CENTRED
    }
    free = _free(growth)
    if not groups or not len(free):
        return
    centres = unit(np.stack([growth.points[group].sum(axis=0) for group in groups.values()]))
    cosines = growth.points[free] @ centres.T
    best = np.argmax(cosines, axis=1)
    near = cosines[np.arange(len(free)), best] >= BELONG
    names = list(groups)
    for place, number in zip(free[near].tolist(), best[near].tolist(), strict=True):
        growth.labels[place] = names[number]


def bear(growth: Growth) -> None:
    """Make topics of what is left and dense; what is like a topic joins that one."""
    free = _free(growth)
    old = growth.groups()
    for group in partition(growth.points[free]):
        places = free[group]
        if growth.is_talk(places):
            alike = _alike(growth, places, old)
            if alike is None:
                alike = growth.new_id()
                growth.moves.append(Move("birth", "", alike, 1.0))
            growth.put(places, alike)


def merge(growth: Growth, old: Collection[str]) -> set[str]:
    """Unite topics that have become one; return all that took part. The largest keeps its id."""
    groups = {
        topic: group
        for topic, group in growth.groups().items()
        if topic in old and len(group) >= FEWEST
    }
    took_part: set[str] = set()
    for united in join(growth.points, list(groups.values()), JOIN):
        members = {str(growth.labels[place]) for place in united.tolist()}
        if len(members) > 1:
            keeper = max(sorted(members), key=lambda topic: len(groups[topic]))
            moved = sorted(members - {keeper})
            growth.moves += [Move("merge", topic, keeper, 1.0) for topic in moved]
            growth.put(united, keeper)
            took_part |= members
    return took_part


def split(growth: Growth, topics: Collection[str]) -> None:
    """Part topics that fall apart: the largest part keeps the id, others get one of their own."""
    groups = growth.groups()
    for topic in topics:
        group = groups.get(topic)
        if group is None or len(group) < 2 * _FEWEST_PART:
            continue
        for part in _parts_off(growth, group):
            born = growth.new_id()
            growth.moves.append(Move("split", topic, born, round(len(part) / len(group), 6)))
            growth.put(part, born)


def follow(moves: Sequence[Move]) -> Mapping[str, str]:
    """Return where the mentions of merged topics go."""
    return {move.before: move.after for move in moves if move.kind == "merge"}


def _parts_off(growth: Growth, group: Places) -> Iterator[Places]:
    for part in parts_of(growth.points[group])[1:]:
        least = max(_FEWEST_PART, _LEAST_PART * len(group))
        if len(part) >= least and growth.is_talk(group[part]):
            yield group[part]


def _free(growth: Growth) -> Places:
    places = [place for place, topic in enumerate(growth.labels) if topic is None]
    return np.array(places, np.int64)


def _alike(growth: Growth, places: Places, old: Mapping[str, Places]) -> str | None:
    """Return the topic that a new group is one with; None where there is none."""
    comparable = {topic: group for topic, group in old.items() if len(group) >= FEWEST}
    if not comparable:
        return None
    table = likenesses(growth.points, [places, *comparable.values()])[0, 1:]
    best = int(np.argmax(table))
    return list(comparable)[best] if table[best] >= LIKE else None
