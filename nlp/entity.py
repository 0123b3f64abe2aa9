"""Names in a text, read from the tags of its word pieces.

A name's first piece is begun (B-), its others continue (I-). The tags are probabilities, so
the likeliest sequence that keeps this rule is sought, not the likeliest tag of each piece.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
    units, states = _read_units(text, reading), _States(labels)
    path = states.walk(_score(units, np.log(np.maximum(weighed, _TINY)), states))
    named = (
        _name(text, units[first:last], labels[path[first]][2:], reading.tags, labels)
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


class _States:
    """The labels as states of a sequence: I- follows B- or I- of its type."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.begin = np.array([i for i, label in enumerate(labels) if label.startswith("B-")])
        self.inside = np.array([labels.index(f"I-{labels[i][2:]}") for i in self.begin])

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
            if first is not None and state not in self.inside:
                yield first, place
                first = None
            if state in self.begin:
                first = place


def _score(units: Sequence[Unit], logs: Floats, states: _States) -> Floats:
    """Return the log score of each label for whole words: the mean of their pieces.

    A word begins a name where its first piece begins and the others continue it.
    """
    scores = np.empty((len(units), logs.shape[1]), np.float32)
    for row, (_, _, pieces) in enumerate(units):
        scores[row] = logs[pieces].mean(axis=0)
        if len(pieces) > 1:
            rest = logs[pieces[1:]][:, states.inside].sum(axis=0)
            scores[row, states.begin] = (logs[pieces[0], states.begin] + rest) / len(pieces)
    return scores


def _name(
    text: str, run: Sequence[Unit], kind: str, tags: Floats, labels: Sequence[str]
) -> Tagged | None:
    """Return the name of a run of words, signs at its ends left out; None where all are signs."""
    words = [i for i, (start, _, _) in enumerate(run) if text[start].isalnum()]
    if not words:
        return None
    kept = run[words[0] : words[-1] + 1]
    columns = [labels.index(f"B-{kind}"), labels.index(f"I-{kind}")]
    pieces = [piece for _, _, own in kept for piece in own]
    p = float(tags[pieces][:, columns].sum(axis=1).mean())
    return Tagged(kept[0][0], kept[-1][1], kind, min(1.0, p))


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
