"""The messages that wait: whoever sends them takes them from here and says what became of them.

A message is a row of `delivery`; what it says is its alert (`desk.alert.read.get_alert`). Rows
are written in the transaction that raises, updates or closes the alert, so none is lost or
doubled. To send exactly once across a kill, claim the row, commit, send under its
`delivery_id` as the key, then `mark_sent`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from desk.alert.state import ALERT, DELIVERY


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is due."""

    delivery_id: str
    alert_id: str
    step: int  # 0: the rule's channels; 1 and on: of its ladder
    channel: str
    occasion: str  # raised, grown, escalated
    state: str  # pending, or sending: a try that nobody finished
    due_at: datetime
    attempts: int
    claimed_at: datetime | None


def due(connection: sa.Connection, at: datetime, limit: int = 100) -> Sequence[Message]:
    """Return messages to send by a moment, the longest due first; unfinished tries among them."""
    query = (
        sa.select(*(DELIVERY.c[name] for name in Message.__dataclass_fields__))
        .where(
            DELIVERY.c.state.in_(("pending", "sending")),
            DELIVERY.c.due_at <= at,
            sa.or_(DELIVERY.c.next_at.is_(None), DELIVERY.c.next_at <= at),
        )
        .order_by(DELIVERY.c.due_at, DELIVERY.c.delivery_id)
        .limit(limit)
    )
    return [Message(**row) for row in connection.execute(query).mappings()]


def claim(connection: sa.Connection, delivery_id: str, at: datetime) -> bool:
    """Write down that a try begins; False: the message is settled or cancelled meanwhile."""
    row = sa.update(DELIVERY).where(
        DELIVERY.c.delivery_id == delivery_id, DELIVERY.c.state.in_(("pending", "sending"))
    )
    tried = {"state": "sending", "claimed_at": at, "attempts": DELIVERY.c.attempts + 1}
    return connection.execute(row.values(tried)).rowcount == 1


def mark_sent(connection: sa.Connection, delivery_id: str, at: datetime) -> None:
    """Write down that a message went out, and with its alert's first one, when."""
    one = DELIVERY.c.delivery_id == delivery_id
    connection.execute(sa.update(DELIVERY).where(one).values(state="sent", sent_at=at, error=""))
    alert_id = sa.select(DELIVERY.c.alert_id).where(one).scalar_subquery()
    first = sa.update(ALERT).where(ALERT.c.alert_id == alert_id, ALERT.c.delivered_at.is_(None))
    connection.execute(first.values(delivered_at=at))


def mark_failed(
    connection: sa.Connection, delivery_id: str, error: str, next_at: datetime | None
) -> None:
    """Write down that a try failed: it is due again at `next_at`; None: given up."""
    state = "pending" if next_at else "failed"
    row = sa.update(DELIVERY).where(DELIVERY.c.delivery_id == delivery_id)
    connection.execute(row.values(state=state, next_at=next_at, error=error[:500]))


def settle(connection: sa.Connection, delivery_id: str, state: str, why: str) -> None:
    """Write down that a message is not tried again: cancelled, or unknown whether it arrived."""
    row = sa.update(DELIVERY).where(DELIVERY.c.delivery_id == delivery_id)
    connection.execute(row.values(state=state, next_at=None, error=why[:500]))
