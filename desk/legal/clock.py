"""The clock of a counter-notice: after it a platform restores no sooner than 10 business days on.

17 USC 512(g)(2)(C): not less than 10, nor more than 14, business days following receipt of the
counter-notice, unless it hears of a suit before. The same rule as in warehouse/models/legal/
takedown.sql: weekdays without the brand's holidays, and the day of the notice is day 0.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

FIRST: Final = 10
LAST: Final = 14
_SATURDAY: Final = 5


def counter_window(
    received_at: datetime, zone: str, holidays: Collection[date]
) -> tuple[date, date]:
    """Return the first and the last day on which the content may be restored, in the zone."""
    day = received_at.astimezone(ZoneInfo(zone)).date()
    days: list[date] = []
    while len(days) < LAST:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in holidays:
            days.append(day)
    return days[FIRST - 1], days[LAST - 1]
