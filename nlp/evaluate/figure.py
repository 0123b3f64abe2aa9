"""What a measure is given and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from listening.contract import EVERY, BrandFile, Judgement
from nlp.encoder import Encoder
from nlp.evaluate.interval import Interval, wilson

WRITTEN: Final = Path(__file__).parents[2] / "bench" / "measure"
"""Sets written by hand, which lie beside the package in the repository."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one task on one set, with the ends of its 95 % interval."""

    task: str
    part: str
    source: str  # the set's name
    language: str
    measure: str
    n: int
    value: float | None  # None: nothing to measure it on
    ci_low: float | None
    ci_high: float | None
    model: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A task that could not be measured here, and what it would take."""

    task: str
    reason: str


Found = Figure | Skipped
Measure = Callable[["Ground"], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What there is to measure on."""

    encoder: Encoder
    data: Path | None = None  # folder of the labelled sets
    written: Path = WRITTEN
    read_brands: Callable[[Sequence[Path]], BrandFile] | None = None  # validates brand files
    judgements: Sequence[Judgement] = ()  # what people corrected
    only: frozenset[str] = frozenset()  # tasks wanted; empty: all

    def wants(self, task: str) -> bool:
        """Say whether a task was asked for."""
        return not self.only or task in self.only

    def figures(
        self,
        place: tuple[str, str, str, str],
        n: int,
        values: Mapping[str, float],
        intervals: Mapping[str, Interval],
    ) -> Iterable[Figure]:
        """Yield measures of one place (task, part, source, language) by the shipped model."""
        for measure, value in values.items():
            low, high = intervals[measure]
            yield Figure(*place, measure, n, value, low, high, self.encoder.version)


def share(place: tuple[str, str, str, str], measure: str, hits: int, n: int, model: str) -> Figure:
    """Return a share of `n` with Wilson's interval; nothing but `n` where that is 0."""
    low, high = wilson(hits, n) if n else (None, None)
    return Figure(*place, measure, n, hits / n if n else None, low, high, model)


__all__ = ["EVERY", "WRITTEN", "Figure", "Found", "Ground", "Measure", "Skipped", "share"]
