"""The phrases that rules look for: one TOML file a rule, in several languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

RULES: Final = Path(__file__).parent / "rules"
THRESHOLDS: Final = "threshold.toml"  # numbers, no phrases: see `nlp.suspicion`

Span = tuple[int, int]
Cues = Mapping[str, Sequence[Span]]
"""Where the phrases of each group (`<file>.<table>`) stand in a text."""


def phrases() -> Iterator[tuple[str, list[str]]]:
    """Yield every group of phrases of every rule."""
    for path in sorted(RULES.glob("*.toml")):
        if path.name == THRESHOLDS:
            continue
        for table, languages in tomllib.loads(path.read_text(encoding="utf-8")).items():
            yield f"{path.stem}.{table}", [each for many in languages.values() for each in many]


def gap(one: Span, other: Span) -> int:
    """Return the characters between two spans; 0 where they touch or overlap."""
    return max(0, other[0] - one[1], one[0] - other[1])


def nearest(span: Span, others: Sequence[Span], within: int) -> Span | None:
    """Return the span nearest to another, if it is no farther than `within` characters."""
    best = min(others, key=lambda other: gap(span, other), default=None)
    return best if best is not None and gap(span, best) <= within else None


def after(span: Span, others: Sequence[Span], within: int) -> Span | None:
    """Return the first span that begins at most `within` characters after another ends."""
    behind = (other for other in others if 0 <= other[0] - span[1] <= within)
    return min(behind, default=None)


def before(span: Span, others: Sequence[Span], within: int) -> Span | None:
    """Return the last span that ends at most `within` characters before another begins."""
    ahead = (other for other in others if 0 <= span[0] - other[1] <= within)
    return max(ahead, default=None)
