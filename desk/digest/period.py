"""Which days a digest speaks of, and which it compares them with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

Kind = Literal["daily", "weekly"]
KINDS: Final[tuple[Kind, ...]] = ("daily", "weekly")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days: from `since` until before `until`; compared with those from `before_since` on."""

    kind: Kind
    since: date
    until: date
    before_since: date
    parts: int  # of this length in the time before

    @classmethod
    def last(cls, kind: Kind, at: datetime, zone: str = "UTC") -> Period:
        """Return the last whole day, or week from Monday, before a moment in a time zone.

        A day is compared with the average of the seven before it, a week with the one before.
        """
        today = at.astimezone(ZoneInfo(zone)).date()
        if kind == "daily":
            return cls(kind, today - _DAY, today, today - 8 * _DAY, 7)
        monday = today - today.weekday() * _DAY
        return cls(kind, monday - 7 * _DAY, monday, monday - 14 * _DAY, 1)

    @property
    def title(self) -> str:
        """Return the period in words."""
        if self.kind == "daily":
            return f"{self.since:%A}, {self.since.day} {self.since:%B %Y}"
        last = self.until - _DAY
        week = self.since.isocalendar().week
        return f"week {week}, {self.since.day} {self.since:%b} to {last.day} {last:%b %Y}"

    @property
    def before(self) -> str:
        """Return in words what it is compared with."""
        return "the usual day" if self.kind == "daily" else "the week before"

    @property
    def values(self) -> dict[str, Any]:
        """Return what the statements of `roles/` are bound to."""
        behind = 14 if self.kind == "daily" else 28
        return {
            "since": self.since,
            "until": self.until,
            "before_since": self.before_since,
            "chart_since": self.until - behind * _DAY,
            "parts": self.parts,
        }
