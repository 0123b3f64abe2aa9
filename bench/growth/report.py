"""What the growth bench measured, and its tables as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

STEPS: Final = ("load", "models", "publish")
MEASURES: Final = ("seconds", "cpu")
LIMIT_MS: Final = 200
"""A question that takes longer is named."""

SLOWEST: Final = 5


@dataclass
class Size:
    """What was measured at one size. A step is what `bench.growth.step` prints."""

    mentions: int
    mb: float = 0
    made: dict[str, float] = field(default_factory=dict)  # fill, models, publish: seconds, once
    added: list[dict[str, dict[str, Any]]] = field(default_factory=list)  # rounds: name -> step
    queries: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # by team, question

    def seconds(self, name: str, measure: str = "seconds") -> float:
        """Return the median over the rounds, of the clock or of `cpu`."""
        return statistics.median(float(each[name][measure]) for each in self.added)

    def adding(self, measure: str = "seconds") -> float:
        """Return the seconds of load and models together, the median over the rounds."""
        return statistics.median(
            float(each["load"][measure] + each["models"][measure]) for each in self.added
        )


@dataclass
class Measured:
    """What the command gave. A copy is the steps `load` and `copy` of the same rows."""

    machine: Mapping[str, str]
    sizes: list[Size] = field(default_factory=list)
    copies: list[dict[str, dict[str, Any]]] = field(default_factory=list)

    def copy_ratio(self, measure: str = "seconds") -> float:
        """Return how fast the load is beside COPY (1: as fast), the median over the rounds."""
        return statistics.median(
            float(each["copy"]["told"][measure] / each["load"][measure]) for each in self.copies
        )


def to_markdown(measured: Measured) -> Iterator[str]:
    """Yield the lines of the tables."""
    yield from (f"- {name}: {value}" for name, value in measured.machine.items())
    yield from _added(measured.sizes)
    yield from _asked(measured.sizes)
    yield from _longest(measured.sizes)
    if measured.copies:
        one = measured.copies[0]
        told = f"{one['copy']['told']['rows']:,} rows of {one['load']['told']['served']:,} items"
        yield ""
        yield (
            f"Beside DuckDB's own COPY ({told}): {measured.copy_ratio():.2f} of its rate, "
            f"{measured.copy_ratio('cpu'):.2f} by seconds of processor. Rounds: "
        )
        yield ", ".join(
            f"load {_both(each['load'])}, COPY {_both(each['copy']['told'])}"
            for each in measured.copies
        )


def _both(taken: Mapping[str, Any]) -> str:
    return f"{taken['seconds']:.1f} s ({taken['cpu']:.1f})"


def _added(sizes: Sequence[Size]) -> Iterator[str]:
    yield ""
    yield "Seconds, and in brackets those of the processor."
    yield ""
    yield "| mentions | MB | load | models | publish | load and models | against the size before |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    before = None
    for size in sizes:
        times = " | ".join(
            _both({measure: size.seconds(name, measure) for measure in MEASURES}) for name in STEPS
        )
        told = {measure: size.adding(measure) for measure in MEASURES}
        ratio = ""
        if before:
            clock, cpu = (told[measure] / before.adding(measure) for measure in MEASURES)
            ratio = f"{clock:.2f} times ({cpu:.2f})"
        sums = f"{_both(told)} | {ratio}"
        yield f"| {size.mentions:,} | {size.mb:,.0f} | {times} | {sums} |"
        before = size
    yield ""
    yield "Made once, from nothing: " + "; ".join(
        f"{size.mentions:,}: "
        + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in size.made.items())
        for size in sizes
    )


def _asked(sizes: Sequence[Size]) -> Iterator[str]:
    yield ""
    yield "| team | " + " | ".join(f"{size.mentions:,}" for size in sizes) + " |"
    yield "|---|" + "--:|" * len(sizes)
    for team in sizes[0].queries if sizes else ():
        cells = []
        for size in sizes:
            taken = [each["ms"] for each in size.queries[team].values()]
            late = sum(each > LIMIT_MS for each in taken)
            cells.append(f"{max(taken):.0f} ms" + (f", {late} over {LIMIT_MS}" if late else ""))
        yield f"| {team} | " + " | ".join(cells) + " |"
    for size in sizes:
        for team, asked in size.queries.items():
            for question, each in asked.items():
                if each["ms"] > LIMIT_MS:
                    yield f"- {size.mentions:,}, {team}: {question} {each['ms']:.0f} ms"


def _longest(sizes: Sequence[Size]) -> Iterator[str]:
    """Yield what took longest in the last round, for whoever makes it quicker."""
    yield ""
    yield "| mentions | step | longest parts, in seconds |"
    yield "|--:|---|---|"
    for size in sizes:
        for name in STEPS:
            parts = size.added[-1][name]["longest"][:SLOWEST]
            told = ", ".join(f"{seconds:.1f} `{part}`" for part, seconds in parts)
            yield f"| {size.mentions:,} | {name} | {told} |"
