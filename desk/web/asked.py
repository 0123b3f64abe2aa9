"""Reads what a link asks: filters and conditions, from the address alone."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from desk.web.page import DATES, FILTERS
from listening.contract import ConfigurationError

USUAL_DAYS: Final = 28
LONGEST: Final = 200  # characters of one value
EVERY: Final = "(all)"  # of a filter that has a usual value: no condition
_ASIDE: Final = frozenset({"page", "done"})  # no filters: a page of rows, and what was done


@dataclass(frozen=True, slots=True)
class Asked:
    """The values of a link. `since` and `until` are always there, both days included."""

    values: Mapping[str, Any]

    @property
    def since(self) -> date:
        """Return the first day."""
        return self.values["since"]  # type: ignore[no-any-return]

    @property
    def until(self) -> date:
        """Return the last day."""
        return self.values["until"]  # type: ignore[no-any-return]

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return (self.until - self.since).days + 1

    def before(self) -> Asked:
        """Return the same asked of as long a time before."""
        gone = timedelta(days=self.days)
        return Asked(
            {**self.values, "since": self.since - gone, "until": self.since - timedelta(days=1)}
        )

    def filters(self) -> dict[str, Any]:
        """Return the filters among the values, which go from page to page."""
        return {name: self.values[name] for name in FILTERS if name in self.values}

    def link(self, path: str, **other: Any) -> str:
        """Return an address with the filters of this one, and other values in their place."""
        values = {"brand": EVERY, **self.filters(), **other}
        pairs = [_pair(name, str(value)) for name, value in values.items() if value is not None]
        return f"{path}?{'&'.join(pairs)}"

    def rows_link(self, path: str, heeded: Container[str], **other: Any) -> str:
        """Return an address with every value that the rows there heed, conditions included."""
        kept = {name: value for name, value in self.values.items() if name in heeded}
        return self.only(heeded).link(path, **kept, **other)

    def only(self, heeded: Container[str]) -> Asked:
        """Return this without the filters that something does not heed."""
        times = {"since", "until"}
        return Asked({k: v for k, v in self.values.items() if k in heeded or k in times})


def read_asked(
    given: Iterable[tuple[str, str]], known: Iterable[str], newest: date, brand: str | None = None
) -> Asked:
    """Return what a query string asks; the last four weeks and `brand` where it says neither.

    Raises:
        ConfigurationError: a filter nobody knows here, a day that is none, a value too long.
    """
    values: dict[str, Any] = {}
    allowed = {*known, "since", "until"}
    for name, text in given:
        if name in _ASIDE or not text:
            continue
        if text == EVERY and name in FILTERS and name not in allowed:
            continue
        if name not in allowed:
            raise ConfigurationError(
                f"there is no filter {name[:40]!r} here",
                where="address",
                mend=f"There are: {', '.join(sorted(allowed))}",
            )
        values[name] = read_value(name, text)
    if "brand" in allowed and brand:
        values.setdefault("brand", brand)
    values = {name: value for name, value in values.items() if value != EVERY}
    until = values.setdefault("until", max(newest, values.get("since", newest)))
    since = values.setdefault("since", until - timedelta(days=USUAL_DAYS - 1))
    if since > until:
        raise ConfigurationError(
            f"{since} is after {until}", where="since", mend="The first day comes first"
        )
    return Asked(values)


@lru_cache(4096)  # a page has hundreds of links, and a few dozen different values in them
def _pair(name: str, value: str) -> str:
    return urlencode({name: value})


def read_value(name: str, text: str) -> str | date:
    """Return the value of one filter: a day, or a text as it is.

    Raises:
        ConfigurationError: a day that is none, or a value too long.
    """
    if len(text) > LONGEST or "\0" in text:
        raise ConfigurationError("the value is too long", where=name, mend="Choose one of the list")
    if name not in DATES:
        return text
    try:
        day = date.fromisoformat(text)
        day - timedelta(days=2 * 366 * 20)  # room to look back; year 1 has none
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{text!r} is no day", where=name, mend="Write it like 2026-10-30"
        ) from None
    return day
