"""Reads the dates of an export: ISO, a stated format, or the one order that fits every row.

Nothing is guessed row by row: 3/4 is read as its whole file is, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from listening.contract import ConfigurationError, ListeningError

ORDERS: Final[Mapping[str, tuple[int, int, int]]] = {  # places of year, month and day
    "D/M/Y": (2, 1, 0),
    "M/D/Y": (2, 0, 1),
    "Y/M/D": (0, 1, 2),
}
_YEARS: Final = range(1900, 2201)
_ZONE: Final = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_ISO: Final = re.compile(
    rf"(?P<day>\d{{4}}-\d\d-\d\d)(?:[T ](?P<time>\d{{1,2}}:[\d:.,]+))?{_ZONE}", re.IGNORECASE
)
_EPOCH: Final = re.compile(r"(?P<seconds>\d{10})(?P<part>\d{3}|\d{6}|\d{9}|\.\d+)?")  # since 1970
_COMPACT: Final = re.compile(r"\d{8}(T\S+)?")  # ISO too
_ORDERED: Final = re.compile(
    r"(?P<first>\d{1,4})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{1,4})"
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second_of>\d\d)(?:[.,]\d+)?)?"
    rf"(?:\s*(?P<half>[ap])\.?m\.?)?{_ZONE})?",
    re.IGNORECASE,
)
_NOON: Final = 12


@dataclass(slots=True)
class DateReader:
    """Reads instants, once it has seen (`learn`) all dates of a file and made up its mind.

    Args:
        date_format: as of strptime; None to find out.
        zone: of times that name none; None takes them as UTC, and says so.
    """

    date_format: str | None = None
    zone: tzinfo | None = None
    order: str | None = None
    _fitting: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ORDERS, 0))
    _seen: int = 0
    _example: str = ""
    _odd: dict[str, str] = field(default_factory=dict)  # order -> first date it does not fit

    def learn(self, value: str, line: int) -> None:
        """Take a date into account: it counts for the orders in which it is a day at all."""
        if self.date_format or _ISO.fullmatch(value) or not (found := _ORDERED.fullmatch(value)):
            return
        fits = _fits(found["first"], found["second"], found["third"])
        self._seen += bool(fits)
        self._example = self._example or (value if fits else "")
        for order in ORDERS:
            self._fitting[order] += order in fits
            if fits and order not in fits:
                self._odd.setdefault(order, f"{value!r} on line {line}")

    def settle(self, where: str) -> None:
        """Decide on the order.

        Raises:
            ListeningError: two orders fit every row, or none does.
        """
        fitting = [order for order in ORDERS if self._fitting[order] == self._seen]
        if not self._seen:
            return
        if len(fitting) == 1:
            self.order = fitting[0]
            return
        if fitting:
            what = f"all {self._seen} dates read as {' and as '.join(fitting)}"
        else:
            what = "no one order of day, month and year fits every date: " + ", ".join(
                f"{odd} is not {order}" for order, odd in self._odd.items()
            )
        formats = [_format_of(self._example, order) for order in fitting or ORDERS]
        mend = f"Say which: --date-format {' or --date-format '.join(map(repr, formats))}"
        raise ListeningError(what, where=where, mend=mend)

    def read(self, value: str | date | datetime) -> tuple[datetime, bool]:
        """Return the instant in UTC, and whether its zone had to be assumed.

        Raises:
            ValueError: it is no date of this file's kind.
        """
        moment = self._moment(value.strip()) if isinstance(value, str) else _of_value(value)
        if moment.year not in _YEARS:
            raise ValueError(f"year {moment.year}")
        if moment.tzinfo is None:
            placed = moment.replace(tzinfo=self.zone or UTC)
            return placed.astimezone(UTC), self.zone is None
        return moment.astimezone(UTC), False

    def _moment(self, text: str) -> datetime:
        if self.date_format:
            return datetime.strptime(text, self.date_format)  # noqa: DTZ007 (see read)
        if found := _ISO.fullmatch(text):
            hour, _, rest = (found["time"] or "00:00").partition(":")
            moment = datetime.fromisoformat(f"{found['day']} {hour:0>2}:{rest}")
            return moment.replace(tzinfo=_zone(found["zone"]))
        if self.order and (found := _ORDERED.fullmatch(text)):
            parts = (found["first"], found["second"], found["third"])
            if day := _fits(*parts).get(self.order):
                return _at(day, found)
        if _COMPACT.fullmatch(text):
            return datetime.fromisoformat(text)
        if found := _EPOCH.fullmatch(text):
            part = (found["part"] or "0").lstrip(".")
            return datetime.fromtimestamp(int(found["seconds"]), UTC) + timedelta(
                microseconds=int(part.ljust(6, "0")[:6])
            )
        raise ValueError("not a date")


def _format_of(example: str, order: str) -> str:
    """Return the strptime format of a date as written, its numbers taken in this order."""
    found = _ORDERED.fullmatch(example)
    if not found:
        return order
    names = dict(zip(ORDERS[order], "Ymd", strict=True))
    numbers = (found["first"], found["second"], found["third"])
    short = len(numbers[ORDERS[order][0]]) <= 2  # noqa: PLR2004
    day = found["mark"].join(f"%{names[i]}" for i in range(3))
    time = re.sub(r"\d+:\d\d", "%I:%M" if found["half"] else "%H:%M", example[found.end("third") :])
    time = re.sub(r":\d\d(?!\d)", ":%S", time, count=1) if found["second_of"] else time
    time = re.sub(r"(?i)[ap]\.?m\.?", "%p", time)
    return (day.replace("%Y", "%y") if short else day) + re.sub(r"[+-]\d\d:?\d\d$", "%z", time)


def check_format(date_format: str) -> None:
    """Check that a format can be used.

    Raises:
        ConfigurationError: strptime does not know it, or it names no day.
    """
    moment = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        back = datetime.strptime(moment.strftime(date_format), date_format)  # noqa: DTZ007
    except ValueError as error:
        raise _bad_format(date_format, str(error)) from error
    if back.date() != moment.date():
        raise _bad_format(date_format, "it does not give year, month and day")


def _bad_format(date_format: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{date_format!r} is no date format: {why}",
        where="--date-format",
        mend="Write it as for strptime, such as '%m/%d/%Y %H:%M'",
    )


def read_zone(name: str) -> tzinfo:
    """Return a time zone by its name.

    Raises:
        ConfigurationError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:
        raise ConfigurationError(
            f"unknown time zone {name!r}", where="--tz", mend="Write one such as Europe/Berlin"
        ) from error


@lru_cache(maxsize=50_000)
def _fits(*parts: str) -> dict[str, date]:
    """Return the day that three numbers make, for each order in which they make one."""
    days: dict[str, date] = {}
    for order, places in ORDERS.items():
        year, month, day = (parts[place] for place in places)
        short = [part for part in (month, day) if len(part) <= 2]  # noqa: PLR2004
        if len(short) == 2 and len(year) in (2, 4):  # noqa: PLR2004
            try:
                days[order] = date(_full_year(year), int(month), int(day))
            except ValueError:
                continue
    return days


def _full_year(year: str) -> int:
    if len(year) == 4:  # noqa: PLR2004
        return int(year)
    return int(year) + (2000 if int(year) < 69 else 1900)  # noqa: PLR2004 (as strptime's %y)


def _at(day: date, found: re.Match[str]) -> datetime:
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()
    if half and not 1 <= hour <= _NOON:
        raise ValueError("no hour of half a day")
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    minute, second = int(found["minute"] or 0), int(found["second_of"] or 0)
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_zone(found["zone"]))


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    if name[0] not in "+-":
        return UTC
    ahead = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
    return timezone(-ahead if name[0] == "-" else ahead)


def _of_value(value: date | datetime) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 (see DateReader.read)
