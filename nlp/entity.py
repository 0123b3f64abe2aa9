"""Names in a text, read from the tags of its word pieces.

A name's first piece is begun (B-), its others continue (I-). The tags are probabilities, so
the likeliest sequence that keeps this rule is sought, not the likeliest tag of each piece.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nlp.encoder import Reading

Floats = NDArray[np.float32]
Unit = tuple[int, int, list[int]]
"""A word or sign: its place in the text, and its pieces."""

OUTSIDE: Final = 0.2
"""Weight of the probability that a piece is part of no name: below 1 finds more names.

Fitted on the held part of our own texts: `python -m nlp.train.names`.
"""

_UNIT: Final = re.compile(r"(?:[^\W\d_]\.){2,}|\w+|[^\w\s]")  # "U.S." is one word
_TINY: Final = 1e-6
_MARGIN: Final = 0.01  # of log scores: far above what their sums lose by rounding
_POSSESSIVE: Final = re.compile(r"\s*['\u2019]\s?s?$", re.IGNORECASE)
_HUMP: Final = re.compile(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|_+")
_ACRONYM: Final = 4  # letters up to which capitals may be the name's own: NASA, BBC


@dataclass(frozen=True, slots=True)
class Tagged:
    """A name as the model reads it: place in the text, type, and its mean probability."""

    start: int
    end: int
    type: str
    p: float


def decode(
    text: str, reading: Reading, labels: Sequence[str], outside: float = OUTSIDE
) -> list[Tagged]:
    """Return the names of a text, by place, none overlapping another, at the borders of words.

    Args:
        text: what was encoded; offsets are its.
        reading: its pieces and their tags, [pieces, labels].
        labels: of the tags: `O`, then `B-` and `I-` of each type.
        outside: weight of `O`.
    """
    weights = np.ones(len(labels), np.float32)
    weights[0] = outside
    weighed = reading.tags * weights
    if not weighed.argmax(axis=1).any():  # nowhere is a name the likeliest
        return []
    units, states = _read_units(text, reading), _states(tuple(labels))
    path = states.find_path(_score(units, np.log(np.maximum(weighed, _TINY)), states))
    named = (
        _name(text, units[first:last], states.kinds[path[first]], reading.tags)
        for first, last in states.runs(path)
    )
    return [name for name in named if name]


def _read_units(text: str, reading: Reading) -> list[Unit]:
    """Return the words and signs of a text that were read, with their pieces."""
    spans = [match.span() for match in _UNIT.finditer(text)]
    begins = [start for start, _ in spans]
    pieces: dict[int, list[int]] = {}
    for piece, start in enumerate(reading.tokens.starts):
        if start >= 0 and (place := bisect_right(begins, start) - 1) >= 0:
            pieces.setdefault(place, []).append(piece)
    return [(*spans[place], pieces[place]) for place in sorted(pieces)]


class _Kind(NamedTuple):
    """A type of names, and the columns of its labels."""

    name: str
    begin: int
    inside: int


class _States:
    """The labels as states of a sequence: I- follows B- or I- of its type."""

    def __init__(self, labels: Sequence[str]) -> None:
        found = [
            _Kind(label[2:], place, labels.index(f"I-{label[2:]}"))
            for place, label in enumerate(labels)
            if label.startswith("B-")
        ]
        self.kinds = {each.begin: each for each in found}
        self.begin = np.array([each.begin for each in found])
        self.inside = np.array([each.inside for each in found])
        self._insides = frozenset(each.inside for each in found)

    def find_path(self, scores: Floats) -> list[int]:
        """Return the best path through log scores [units, labels].

        A unit that is surely outside parts a text: what is before it and what is behind it
        do not depend on each other. Only what lies between such units is walked.
        """
        path = [0] * len(scores)
        open_units = np.flatnonzero(~self._is_outside(scores)).tolist()
        for first, last in _neighbours(open_units):
            path[first:last] = self.walk(scores[first:last])
        return path

    def _is_outside(self, scores: Floats) -> NDArray[np.bool_]:
        """Tell which units the best path calls `O`, whatever the others are.

        Any other path gains by calling such a unit `O`: at most it loses that the unit behind,
        which it had continue a name, now begins one. A path of `O` there is as free to go on.
        """
        behind = np.zeros(len(scores), np.float32)
        loss = (scores[1:, self.inside] - scores[1:, self.begin]).max(axis=1)
        behind[:-1] = np.maximum(loss, 0)
        return np.asarray(scores[:, 0] - scores[:, 1:].max(axis=1) > behind + _MARGIN)

    def walk(self, scores: Floats) -> list[int]:
        """Return the best path through log scores [units, labels]."""
        total, steps = scores[0].copy(), []
        total[self.inside] = -np.inf
        for row in scores[1:]:
            came = np.full(len(row), total.argmax())
            begun = total[self.begin] >= total[self.inside]
            came[self.inside] = np.where(begun, self.begin, self.inside)
            steps.append(came)
            total = total[came] + row
        path = [int(total.argmax())]
        for came in reversed(steps):
            path.append(int(came[path[-1]]))
        return path[::-1]

    def runs(self, path: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the first and the past-last place of each name of a path."""
        first = None
        for place, state in enumerate([*path, 0]):
            if first is not None and state not in self._insides:
                yield first, place
                first = None
            if state in self.kinds:
                first = place


@cache
def _states(labels: tuple[str, ...]) -> _States:
    return _States(labels)


def _neighbours(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the past-last of places, in order, that follow each other."""
    first = 0
    for number in range(1, len(places) + 1):
        if number == len(places) or places[number] > places[number - 1] + 1:
            yield places[first], places[number - 1] + 1
            first = number


def _score(units: Sequence[Unit], logs: Floats, states: _States) -> Floats:
    """Return the log score of each label for whole words: the mean of their pieces.

    A word begins a name where its first piece begins and the others continue it.
    """
    scores = logs[[pieces[0] for _, _, pieces in units]]
    for row, (_, _, pieces) in enumerate(units):
        if len(pieces) > 1:
            own = logs[pieces]
            mean = np.add.reduce(own) / len(pieces)
            rest = np.add.reduce(own[1:])[states.inside]
            mean[states.begin] = (own[0, states.begin] + rest) / len(pieces)
            scores[row] = mean
    return scores


def _name(text: str, run: Sequence[Unit], kind: _Kind, tags: Floats) -> Tagged | None:
    """Return the name of a run of words, signs at its ends left out; None where all are signs."""
    words = [i for i, (start, _, _) in enumerate(run) if text[start].isalnum()]
    if not words:
        return None
    kept = run[words[0] : words[-1] + 1]
    pieces = [piece for _, _, own in kept for piece in own]
    p = float(tags[pieces][:, [kind.begin, kind.inside]].sum(axis=1).mean())
    return Tagged(kept[0][0], kept[-1][1], kind.name, min(1.0, p))


def canonical(surface: str) -> str:
    """Return a name as it stands by itself: one form for the ways people write it.

    `#TaylorSwift` is split, a possessive is cut, white space is single. Capitals are kept,
    but a name all in small letters, or all in capitals and no acronym, is written with
    initials: "lisbon" and "LISBON" are Lisbon.
    """
    if surface.startswith(("#", "\uff03")):
        surface = _HUMP.sub(" ", surface[1:])
    words = _POSSESSIVE.sub("", " ".join(surface.split())).split(" ")
    return " ".join(map(_capitalize, words)) if _is_flat(words) else " ".join(words)


def _is_flat(words: Sequence[str]) -> bool:
    whole = "".join(words)
    if whole == whole.lower():
        return True
    return whole == whole.upper() and sum(map(str.isalpha, whole)) > _ACRONYM


def _capitalize(word: str) -> str:
    return word[:1].upper() + word[1:].lower()
