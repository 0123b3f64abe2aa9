"""Works off the messages that wait: each is claimed, sent, and marked as sent, once.

What takes time or may be wrong is done before the claim, so that between claim and mark there is
the request alone. A claim that nobody finished was cut short there: it goes out again only to a
receiver that drops the second of a key; else it is `unknown`, and told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from desk.alert.outbox import Message, claim, due, mark_failed, mark_sent, settle
from desk.alert.read import Alert, get_alert
from desk.alert.state import DELIVERY, MUTE, open_state
from desk.deliver.channel import URGENT, Find, find_channel
from listening.contract import ConfigurationError, DataRoot, ListeningError, crash_at, now, try_file

if TYPE_CHECKING:
    from desk.deliver.send import Door

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
PATIENCE: Final = timedelta(days=1)
CUT_SHORT: Final = "a run was cut short while it sent this: it may have arrived"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the messages that were due."""

    sent: int = 0
    failed: int = 0  # to be tried again, or given up
    unknown: int = 0  # nobody can know whether they arrived
    cancelled: int = 0  # muted meanwhile
    postponed: int = 0  # to the end of quiet hours
    errors: tuple[ListeningError, ...] = ()

    def check(self) -> None:
        """Raise what went wrong, as one.

        Raises:
            ListeningError: a message did not go out, or nobody knows whether it did.
        """
        if self.errors:
            first, *others = self.errors
            more = f" (and {len(others)} more)" if others else ""
            raise ListeningError(f"{first.what}{more}", where=first.where, mend=first.mend)


def deliver(root: DataRoot, find: Find) -> Delivered:
    """Send every message that is due, each to one channel, the longest due first.

    Where another process is at it, nothing is done: it sends them all.

    Raises:
        ListeningError: the state cannot be read or written.
    """
    if not root.alerts.exists():
        return Delivered()
    # Freed at any death: an unfinished claim seen under it is a dead process's.
    with try_file(root.path / ".deliver.lock") as free:
        return _Round(root, find).run() if free else Delivered()


def decide_fate(root: DataRoot, delivery_id: str, *, arrived: bool) -> None:
    """Settle a message of unknown fate, or one given up: it arrived, or it is sent again.

    Raises:
        ConfigurationError: there is no such message.
    """
    with open_state(root) as connection, connection.begin():
        row = sa.select(DELIVERY.c.state).where(DELIVERY.c.delivery_id == delivery_id)
        if connection.execute(row).scalar() not in {"unknown", "failed"}:
            raise ConfigurationError(
                "no message of unknown fate has this id, and none that was given up",
                where=delivery_id,
                mend="listening alerts list --json names the messages of each alert",
            )
        if arrived:
            mark_sent(connection, delivery_id, now())
        else:
            mark_failed(connection, delivery_id, "to be sent again", now())
            again = sa.update(DELIVERY).where(DELIVERY.c.delivery_id == delivery_id)
            connection.execute(again.values(reported_at=None))  # lost again, it is told again


class _Round:
    """One working off, under its lock."""

    def __init__(self, root: DataRoot, find: Find) -> None:
        self.root, self.find = root, find
        self.doors: dict[str, Door] = {}
        self.counts: Counter[str] = Counter()
        self.errors: list[ListeningError] = []

    def run(self) -> Delivered:
        begun = now()
        tried: set[str] = set()
        with open_state(self.root) as connection:
            while waiting := self._waiting(connection, begun, tried):
                for message in waiting:
                    tried.add(message.delivery_id)
                    self._deliver(connection, message)
        return Delivered(**self.counts, errors=tuple(self.errors))

    def _waiting(
        self, connection: sa.Connection, begun: datetime, tried: set[str]
    ) -> list[Message]:
        with connection.begin():
            found = due(connection, begun, limit=100 + len(tried))
        return [message for message in found if message.delivery_id not in tried]

    def _deliver(self, connection: sa.Connection, message: Message) -> None:
        """Bring one message to its end, or to its next try."""
        try:
            with connection.begin():
                alert = get_alert(connection, message.alert_id)
                muted = alert is None or _is_muted(connection, alert, now())
            if alert is None or muted:
                self._settle(connection, message, "cancelled", "muted")
                return
            door = self._door(message.channel)
            if message.state == "sending" and not door.channel.dedupes:
                self._lose(connection, message, CUT_SHORT)
            elif ends := self._quiet(door, alert):
                self._put_off(connection, message, "quiet hours", ends)
                self.counts["postponed"] += 1
            else:
                self._send(connection, message, alert, door)
        except ListeningError as error:
            self._put_off(connection, message, error.what, _next_try(message, now()))
            self.counts["failed"] += 1
            self.errors.append(error)

    def _send(self, connection: sa.Connection, message: Message, alert: Alert, door: Door) -> None:
        from desk.deliver.note import word
        from desk.deliver.send import UnansweredError

        note = word(alert, message.occasion, message.step, rich=door.rich)
        crash_at("deliver:ready")
        with connection.begin():
            if not claim(connection, message.delivery_id, now()):
                return  # acknowledged meanwhile
        crash_at("deliver:claimed")
        try:
            door.send(note, message.delivery_id)
        except UnansweredError as error:
            if door.channel.dedupes:
                raise
            self._lose(connection, message, error.what)
            return
        crash_at("deliver:sent")
        with connection.begin():
            mark_sent(connection, message.delivery_id, now())
        crash_at("deliver:marked")
        self.counts["sent"] += 1

    def _lose(self, connection: sa.Connection, message: Message, why: str) -> None:
        self._settle(connection, message, "unknown", why)
        self.errors.append(
            ListeningError(
                why,
                where=f"channel {message.channel}, alert {message.alert_id}",
                mend="Ask its owner; the ladder of escalation goes on unless it is acknowledged",
            )
        )

    def _settle(self, connection: sa.Connection, message: Message, state: str, why: str) -> None:
        with connection.begin():
            settle(connection, message.delivery_id, state, why)
        self.counts[state] += 1

    def _put_off(
        self, connection: sa.Connection, message: Message, why: str, until: datetime | None
    ) -> None:
        with connection.begin():
            mark_failed(connection, message.delivery_id, why, until)

    def _door(self, name: str) -> Door:
        if name not in self.doors:
            from desk.deliver.send import Door

            self.doors[name] = Door(find_channel(name, self.find))
        return self.doors[name]

    def _quiet(self, door: Door, alert: Alert) -> datetime | None:
        quiet = door.channel.quiet
        return quiet.until(now()) if quiet and alert.severity < URGENT else None


def _next_try(message: Message, at: datetime) -> datetime | None:
    """Return when to try again, ever more rarely; None: it has been tried long enough."""
    age = at - message.due_at
    return at + min(LONGEST_WAIT, max(FIRST_WAIT, age)) if age <= PATIENCE else None


def _is_muted(connection: sa.Connection, alert: Alert, at: datetime) -> bool:
    query = sa.select(MUTE.c.rule_id).where(
        MUTE.c.rule_id == alert.rule_id,
        MUTE.c.subject.in_(("", alert.subject)),
        MUTE.c.until > at,
    )
    return connection.execute(query).first() is not None
