"""Narrows lists that are read whole, such as boards and alerts: by what the address asks of them.

A list says which of its columns each filter is about (`Columns`). Nothing is set by itself: what
waits is shown however old it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from desk.web.asked import EVERY, read_value
from desk.web.page import DATES
from listening.contract import ConfigurationError

Columns = Mapping[str, str]  # filter -> column of the rows
_OPTIONS: Final = 500  # of one filter


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What an address asks of a list: values by filter, and which of several lists."""

    columns: Columns
    values: Mapping[str, Any]
    show: str = ""

    def keeps(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a row is asked for."""
        return all(
            _meets(name, value, record.get(self.columns[name]))
            for name, value in self.values.items()
        )

    def query(self, show: str = "") -> str:
        """Return the query string of this, or of another of the lists with the same filters."""
        pairs = {"show": show or self.show, **self.values}
        return urlencode({name: str(value) for name, value in pairs.items() if value})

    def options(self, records: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
        """Return what each filter offers: what the rows hold, of every list."""
        found: dict[str, set[str]] = {name: set() for name in self.columns if name not in DATES}
        for record in records:
            for name, offered in found.items():
                offered.update(each for each in _several(record.get(self.columns[name])) if each)
        return {name: sorted(offered)[:_OPTIONS] for name, offered in found.items()}


def read_narrowed(
    given: Iterable[tuple[str, str]], columns: Columns, shows: Sequence[str] = ()
) -> Narrowed:
    """Return what a query string asks of a list; the first of its lists where it does not say.

    Raises:
        ConfigurationError: a filter or a list nobody knows here, or a day that is none.
    """
    show = shows[0] if shows else ""
    values: dict[str, Any] = {}
    for name, text in given:
        if name == "show" and text in shows:
            show = text
        elif name in columns:
            values |= {name: read_value(name, text)} if text not in {"", EVERY} else {}
        elif name != "done":
            raise ConfigurationError(
                f"there is no {name[:40]!r} like that here",
                where="address",
                mend=f"There are: {', '.join([*columns, *shows])}",
            )
    return Narrowed(columns, values, show)


def _meets(name: str, asked: Any, held: Any) -> bool:
    if not isinstance(asked, date):
        return asked in _several(held)
    if held is None:
        return False
    day = held.astimezone(UTC).date() if isinstance(held, datetime) else held
    return bool(day <= asked if name == "until" else day >= asked)


def _several(held: Any) -> Sequence[Any]:
    return held if isinstance(held, list | tuple) else (held,)
