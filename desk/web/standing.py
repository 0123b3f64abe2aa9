"""Says how far a page can be trusted: how old its file is, and what was not heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from desk.web.asked import Asked
from desk.web.published import Library
from desk.web.show import built_at
from desk.web.wording import ago
from listening.contract import now

STALE: Final = timedelta(hours=26)  # the models are built at least daily
_COVERAGE: Final = """
    SELECT source, target, state, any_value(reason) AS reason, count(*) AS intervals
    FROM coverage
    WHERE state <> 'complete'
        AND coalesce(until, sealed_at) >= $since::TIMESTAMPTZ
        AND coalesce(since, sealed_at) < $until::TIMESTAMPTZ + INTERVAL 1 DAY
    GROUP BY source, target, state
    ORDER BY source, target, state
"""
_HEARD: Final = "SELECT count(DISTINCT stream) FROM coverage"
STATES: Final = {
    "partial": "only in part",
    "capped": "only up to the source's limit",
    "blocked": "not at all: the source refused",
    "blind": "not at all: the source does not show it",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A stream that was not heard whole in the time asked."""

    source: str
    target: str
    how: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a page can be trusted."""

    built_at: datetime
    age: str
    is_stale: bool
    streams: int
    gaps: tuple[Gap, ...]


def standing(library: Library, team: str, asked: Asked) -> Standing:
    """Return how old a team's file is, and what was not heard whole in the time asked."""
    built, present = built_at(library, team), now()
    values = {"since": asked.since, "until": asked.until}
    gaps = tuple(
        Gap(row["source"], row["target"], STATES.get(row["state"], row["state"]), row["reason"])
        for row in library.ask(team, _COVERAGE, values).records()
    )
    ((streams,),) = library.ask(team, _HEARD, {}).rows
    return Standing(built, ago(built, present), present - built > STALE, streams, gaps)
