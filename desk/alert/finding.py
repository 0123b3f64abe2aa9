"""What a rule found: one story at one moment, before anything remembers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from desk.alert.facts import Facts
from desk.alert.window import Rows, Spoken
from listening.contract import AlertRule, Brand


@dataclass(slots=True)
class Finding:
    """A story as a rule sees it. Instants are seconds since 1970.

    `low` and `high` are the normal range; `held` says why it must wait, empty where it need not.
    """

    rule: AlertRule
    subject: str
    brand_id: str | None
    began: float
    last: float
    value: float
    unit: str
    title: str
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    severity: int = 2
    held: str = ""
    unheard: str = ""  # told all the same: the stream that was not seen wholly meanwhile, and why
    over: bool = False
    by_mention: bool = False  # the story is its mentions: it is the same where it shares one
    formerly: Sequence[str] = ()  # subjects whose stories it goes on with
    quiet: float = 0.0  # seconds within which what begins again is the same story
    behind: Sequence[Spoken] = ()  # the most telling first
    notes: Mapping[str, str] = field(default_factory=dict)  # mention_id -> what it adds
    detail: dict[str, Any] = field(default_factory=dict)
    chart: list[dict[str, Any]] = field(default_factory=list)


def brands_of(rule: AlertRule, facts: Facts) -> list[Brand]:
    """Return the brands a rule looks at: those it names, else our own."""
    named = [one for one in facts.brands.brands if one.id in rule.brands]
    return named if rule.brands else [one for one in facts.brands.brands if one.role == "own"]


def passing(rule: AlertRule, rows: Rows) -> Rows:
    """Return the rows that pass a rule's filters by product, topic and source."""
    window = rows.window
    if rule.products:
        rows = rows.where(window.has("products", rule.products))
    if rule.topics:
        rows = rows.where(window.has("topics", rule.topics, none="(none)"))
    return rows.where(window.coded("source").isin(rule.sources)) if rule.sources else rows


def point(at: float, value: float, usual: float | None) -> dict[str, Any]:
    """Return a point of a small chart."""
    return {
        "at": instant(at).isoformat(),
        "value": round(value, 4),
        "usual": None if usual is None else round(usual, 4),
    }


def instant(seconds: float) -> datetime:
    """Return seconds since 1970 as an instant."""
    return datetime.fromtimestamp(seconds, UTC)


def stories(hits: Sequence[float], quiet: float) -> list[tuple[int, int]]:
    """Return the runs of moments, which are in order, with no longer pause than `quiet`.

    Each as first and last place.
    """
    runs: list[tuple[int, int]] = []
    for place, moment in enumerate(hits):
        if runs and moment - hits[runs[-1][1]] <= quiet:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
