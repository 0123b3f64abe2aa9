"""Where messages go: a channel is a named connection, whose password is an Apprise URL.

The URL holds tokens, so it is in no file, log, state or `repr`. Its form is Apprise's
(github.com/caronc/apprise/wiki, read 2026-11): `slack://…`, `mailtos://…`, `jsons://…`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from listening.contract import ConfigurationError, ListeningError

URGENT: Final = 3  # severity that no quiet hours hold back
_DAY: Final = timedelta(days=1)


class Connection(Protocol):
    """A credential as a keeper of them returns it."""

    @property
    def password(self) -> str:
        """The Apprise URL."""

    @property
    def extra(self) -> Mapping[str, Any]:
        """What else is said of the channel: `dedupes`, `quiet`."""


Find = Callable[[str], Connection | None]


class NoChannelError(ListeningError):
    """No connection has the name of a channel."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing that can wait is sent."""

    begins: time
    ends: time
    zone: str = "UTC"

    def until(self, at: datetime) -> datetime | None:
        """Return when the quiet that holds at a moment ends; None where none holds."""
        local = at.astimezone(ZoneInfo(self.zone))
        overnight = self.ends <= self.begins
        inside = (
            local.time() >= self.begins or local.time() < self.ends
            if overnight
            else self.begins <= local.time() < self.ends
        )
        if not inside:
            return None
        day = local.date() + (_DAY if overnight and local.time() >= self.begins else timedelta())
        return datetime.combine(day, self.ends, local.tzinfo).astimezone(at.tzinfo)


@dataclass(frozen=True, slots=True)
class Channel:
    """One place that messages go to."""

    name: str
    url: str = field(repr=False)
    dedupes: bool = False  # it drops a message whose key it has had
    quiet: Quiet | None = None


def find_channel(name: str, find: Find) -> Channel:
    """Return the channel of a name.

    Raises:
        NoChannelError: no connection is called so.
        ConfigurationError: it is no channel.
    """
    variable = f"AIRFLOW_CONN_{name.upper().replace('-', '_')}"
    found = find(name)
    if found is None:
        raise NoChannelError(
            f"no connection is called {name!r}",
            where=variable,
            mend=f'Set {variable} to {{"password": "an Apprise URL"}}: docs/digests.md',
        )
    extra = found.extra
    wrong = sorted(set(extra) - {"dedupes", "quiet"})
    if not found.password or wrong:
        what = f"extra {wrong[0]!r} is not known" if wrong else "it has no password"
        raise ConfigurationError(
            f"no channel: {what}",
            where=variable,
            mend="Its password is an Apprise URL; its extra may say dedupes and quiet",
        )
    return Channel(
        name, found.password.strip(), _flag(extra.get("dedupes"), variable),
        _quiet(extra.get("quiet"), variable),
    )  # fmt: skip


def _flag(stated: Any, where: str) -> bool:
    if stated in {None, False, "false", "no", ""}:
        return False
    if stated in {True, "true", "yes"}:
        return True
    raise ConfigurationError("dedupes is true or false", where=where)


def _quiet(stated: Any, where: str) -> Quiet | None:
    if not stated:
        return None
    try:
        hours, _, zone = str(stated).partition(" ")
        begins, ends = (time.fromisoformat(part) for part in hours.split("-"))
        ZoneInfo(zone.strip() or "UTC")
    except (ValueError, KeyError, OSError):
        raise ConfigurationError(
            f"no quiet hours: {stated!r}",
            where=where,
            mend="Write them like 22:00-07:00 Europe/Berlin",
        ) from None
    return Quiet(begins, ends, zone.strip() or "UTC")
