"""Measures the names that the model reads in tweets, exact spans, by type and without.

Names of a brand file take no part: this is what the token head finds by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from listening.contract import EVERY
from nlp.entity import Tagged, decode
from nlp.evaluate.figure import Figure, Found, Ground, Skipped, share
from nlp.evaluate.interval import bootstrap
from nlp.evaluate.sets import NO_DATA
from nlp.train.data import read_sentences

if TYPE_CHECKING:
    from nlp.encoder import Encoder

Span = tuple[int, int, str]
"""Start, end and type of a name."""

TASK: Final = "entity"
SET: Final = "entities"
PART: Final = "emerging.dev.conll"


@dataclass(frozen=True, slots=True)
class Counts:
    """Names marked by people, found by the model, and both."""

    gold: int
    found: int
    hits: int

    @property
    def precision(self) -> float:
        """Return the share of the names found that are right; 0 where none is found."""
        return self.hits / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Return the share of the marked names that are found; 0 where none is marked."""
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of the two."""
        both = self.gold + self.found
        return 2 * self.hits / both if both else 0.0


def count(
    gold: Sequence[Sequence[Span]], found: Sequence[Sequence[Tagged]], *, typed: bool = False
) -> Counts:
    """Count names of texts whose spans agree exactly, and with `typed` their types too."""
    rows = _rows(gold, found, typed=typed)
    return Counts(*(sum(column) for column in zip((0, 0, 0), *rows, strict=True)))


def _rows(
    gold: Sequence[Sequence[Span]], found: Sequence[Sequence[Tagged]], *, typed: bool
) -> list[tuple[int, int, int]]:
    rows = []
    for marked, read in zip(gold, found, strict=True):
        wanted = {each if typed else each[:2] for each in map(tuple, marked)}
        named = {(n.start, n.end, n.type) if typed else (n.start, n.end) for n in read}
        rows.append((len(wanted), len(named), len(wanted & named)))
    return rows


def find(encoder: Encoder, texts: Sequence[str]) -> list[list[Tagged]]:
    """Return the names that the model reads in texts."""
    labels = encoder.manifest.tags.labels
    readings = encoder.encode(texts).readings
    return [decode(text, each, labels) for text, each in zip(texts, readings, strict=True)]


def measure_entities(ground: Ground) -> Iterator[Found]:
    """Yield precision, recall and F1 of exact spans: untyped, typed, and of each type."""
    if ground.data is None:
        yield Skipped(TASK, NO_DATA)
        return
    sentences = list(read_sentences(ground.data / SET / PART))
    gold = [spans for _, spans in sentences]
    found = find(ground.encoder, [text for text, _ in sentences])
    model = ground.encoder.version
    yield from _figures("untyped", model, _rows(gold, found, typed=False))
    yield from _figures(EVERY, model, _rows(gold, found, typed=True))
    for kind in sorted({span[2] for spans in gold for span in spans}):
        marked = [[span for span in spans if span[2] == kind] for spans in gold]
        read = [[name for name in names if name.type == kind] for names in found]
        yield from _figures(kind, model, _rows(marked, read, typed=True))


def _figures(part: str, model: str, rows: Sequence[tuple[int, int, int]]) -> Iterator[Figure]:
    import numpy as np

    table = np.array(rows)
    place = (TASK, part, SET, "en")
    counts = Counts(*(int(n) for n in table.sum(axis=0)))
    yield share(place, "recall", counts.hits, counts.gold, model)
    yield share(place, "precision", counts.hits, counts.found, model)

    def f1(drawn: Any) -> float:
        return Counts(*table[drawn].sum(axis=0)).f1

    yield Figure(*place, "f1", counts.gold, counts.f1, *bootstrap(len(table), f1), model)
