"""Counts what paid and metered APIs cost, for all processes of a machine, and refuses in time.

The file `spend/<source>.json` of the data root holds, by period, how many items of each kind
were paid for. What a request may cost is written down before it is sent, so a crawl that is
killed has paid too much on paper, never too little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from listening.contract import DataRoot, ListeningError, now
from listening.disk import shared_state

FOLDER: Final = "spend"


class SpendCappedError(ListeningError):
    """The next request might cost more than the cap leaves; it is not sent."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What an API takes for its items, and how much of it there is."""

    prices: Mapping[str, float]  # of one item of a kind, in `unit`
    unit: str = "USD"
    period: Literal["day", "month"] = "month"
    cap: float = 0.0  # of a period; 0: nothing is bought until the brand file says how much
    zone: str = "UTC"  # whose midnight begins a period

    def limited(self, cap: Any) -> Budget:
        """Return this budget with the cap a brand file states, where it states one."""
        return self if cap is None else replace(self, cap=float(cap))

    def cost(self, items: Mapping[str, int]) -> float:
        """Return what so many items of each kind cost."""
        return round(sum(self.prices[kind] * count for kind, count in items.items()), 6)

    def period_of(self, moment: datetime) -> str:
        """Return the name of the period a moment is in, such as 2026-11."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.strftime("%Y-%m" if self.period == "month" else "%Y-%m-%d")


@dataclass(slots=True)
class Bill:
    """What one request turned out to use; until that is told, the most it may have used."""

    items: dict[str, int] = field(default_factory=dict)

    def used(self, **items: int) -> None:
        """Say how many items were really paid for."""
        self.items = items


@dataclass(frozen=True, slots=True)
class Meter:
    """The meter of one source."""

    root: DataRoot
    source: str
    budget: Budget

    @property
    def path(self) -> Path:
        """Return the file that all processes share."""
        return self.root.path / FOLDER / f"{self.source}.json"

    @contextmanager
    def pay(self, **most: int) -> Iterator[Bill]:
        """Reserve what a request may cost at most; correct it by `Bill.used` within the block.

        Raises:
            SpendCappedError: the cap does not leave that much; nothing was reserved.
            KeyError: an item of a kind that has no price.
        """
        period = self.budget.period_of(now())
        with shared_state(self.path) as state:
            self._reserve(state.setdefault(period, {}), most, period)
        bill = Bill(dict(most))
        try:
            yield bill
        finally:
            if bill.items != most:
                with shared_state(self.path) as state:
                    _add(state.setdefault(period, {}), bill.items, most)

    def _reserve(self, paid: dict[str, int], most: Mapping[str, int], period: str) -> None:
        spent, more = self.budget.cost(paid), self.budget.cost(most)
        if spent + more > self.budget.cap:
            unit = self.budget.unit
            raise SpendCappedError(
                f"{spent:g} {unit} of {self.budget.cap:g} are spent in {period}, and the next "
                f"request may cost {more:g}",
                where=f"sources: {self.source}",
                mend=f"Raise `cap` of sources: {self.source} in the brand file, or wait for the "
                f"next {self.budget.period}",
            )
        _add(paid, most, {})

    def spent(self) -> dict[str, Any]:
        """Return what `listening status` shows: source, period, spent, cap, unit, items."""
        period = self.budget.period_of(now())
        items: Mapping[str, int] = {}
        if self.path.exists():
            with shared_state(self.path) as state:
                items = state.get(period, {})
        return {
            "source": self.source,
            "period": period,
            "spent": self.budget.cost({k: v for k, v in items.items() if k in self.budget.prices}),
            "cap": self.budget.cap,
            "unit": self.budget.unit,
            "items": dict(items),
        }


def _add(paid: dict[str, int], more: Mapping[str, int], less: Mapping[str, int]) -> None:
    for kind in more.keys() | less.keys():
        paid[kind] = paid.get(kind, 0) + more.get(kind, 0) - less.get(kind, 0)
