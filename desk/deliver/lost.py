"""Messages that did not arrive, or may not have: they are shown, and turn a task red once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from desk.alert.state import ALERT, DELIVERY, open_state
from listening.contract import DataRoot, ListeningError, now

LOST: Final = ("failed", "unknown")  # given up; and sent, where nobody knows whether it arrived
MEND: Final = (
    "Ask whom it was for, then listening deliver --arrived ID or --again ID; "
    "listening alerts list --json names the messages"
)


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that its channel did not get, or may not have got."""

    delivery_id: str
    alert_id: str
    title: str
    owner: str
    channel: str
    state: str
    due_at: datetime
    attempts: int
    error: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "due_at": self.due_at.isoformat()}


class LostError(ListeningError):
    """Somebody was not told, or may not have been."""


def list_lost(root: DataRoot, *, unreported: bool = False) -> list[Lost]:
    """Return the messages that nobody settled yet, the oldest first.

    Args:
        root: where the alerts are; without any, nothing is lost.
        unreported: those alone that turned no task red yet.

    Raises:
        ListeningError: the state cannot be read.
    """
    if not root.alerts.exists():
        return []
    with open_state(root, write=False) as connection:
        return _lost(connection, unreported=unreported)


def report_lost(root: DataRoot) -> None:
    """Raise what was lost and not reported yet; each message once, whatever dies meanwhile.

    Raises:
        LostError: somebody was not told, or may not have been.
        ListeningError: the state cannot be read or written.
    """
    if not root.alerts.exists():
        return
    with open_state(root) as connection, connection.begin():
        found = _lost(connection, unreported=True)
        ids = [one.delivery_id for one in found]
        mine = DELIVERY.c.delivery_id.in_(ids)
        connection.execute(sa.update(DELIVERY).where(mine).values(reported_at=now()))
    if found:
        raise LostError(_words(found), where="alerts.sqlite", mend=MEND)


def _lost(connection: sa.Connection, *, unreported: bool) -> list[Lost]:
    own = {name: DELIVERY.c[name] for name in Lost.__dataclass_fields__ if name in DELIVERY.c}
    query = (
        sa.select(*own.values(), ALERT.c.title, ALERT.c.owner)
        .join(ALERT, ALERT.c.alert_id == DELIVERY.c.alert_id)
        .where(DELIVERY.c.state.in_(LOST))
        .order_by(DELIVERY.c.due_at, DELIVERY.c.delivery_id)
    )
    if unreported:
        query = query.where(DELIVERY.c.reported_at.is_(None))
    return [Lost(**row) for row in connection.execute(query).mappings()]


def _words(found: Sequence[Lost]) -> str:
    told = [
        f"{one.channel}: {'given up' if one.state == 'failed' else 'may not have arrived'}, "
        f"{one.error} ({one.owner}, alert {one.alert_id}, message {one.delivery_id})"
        for one in found
    ]
    noun = "message" if len(found) == 1 else "messages"
    return f"{len(found)} {noun} lost: " + "; ".join(told)
