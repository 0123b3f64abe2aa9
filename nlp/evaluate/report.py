"""Lays figures out for people and for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from nlp.evaluate.figure import Figure, Found, Skipped


def sort_out(found: Iterable[Found]) -> tuple[list[Figure], list[Skipped]]:
    """Return the figures, and what was skipped."""
    figures: list[Figure] = []
    skipped: list[Skipped] = []
    for one in found:
        if isinstance(one, Figure):
            figures.append(one)
        else:
            skipped.append(one)
    return figures, skipped


def to_json(
    run_at: datetime, figures: Sequence[Figure], skipped: Sequence[Skipped]
) -> dict[str, Any]:
    """Return what `listening eval --json` prints: rows as in the table `evaluation`."""
    moment = run_at.isoformat()
    return {
        "run_at": moment,
        "rows": [{"run_at": moment, **asdict(figure)} for figure in figures],
        "skipped": [asdict(one) for one in skipped],
    }


def tabulate(figures: Sequence[Figure]) -> tuple[list[str], list[list[Any]]]:
    """Return columns and rows for a terminal: one row a measure, three digits."""
    columns = ["task", "part", "source", "language", "measure", "n", "value", "95 %"]
    return columns, [
        [
            *(figure.task, figure.part, figure.source, figure.language, figure.measure, figure.n),
            _digits(figure.value),
            "-"
            if figure.value is None
            else f"{_digits(figure.ci_low)} to {_digits(figure.ci_high)}",
        ]
        for figure in figures
    ]


def _digits(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
