"""What a person does about an alert: take it, have more people told, close it, or ask for quiet.

What was done and the word of it are one transaction: whoever dies after it loses neither.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from desk.alert.read import Alert, get_alert
from desk.alert.state import ACT, ALERT, DELIVERY, MUTE, open_state
from listening.contract import ConfigurationError, DataRoot, now

_ACTOR: Final = re.compile(r"[\w.-]{1,64}")
_TICK: Final = timedelta(microseconds=1)


def ack(root: DataRoot, alert_id: str, actor: str) -> Alert:
    """Take an alert: its ladder of escalation stops. Taken twice, the first stands.

    Raises:
        ConfigurationError: there is no such alert, it is held, or the actor is no pseudonym.
    """
    return _settle(root, alert_id, actor, "acked", {"acked_at": now(), "acked_by": actor})


def escalate(root: DataRoot, alert_id: str, actor: str) -> int:
    """Make the messages of the next step of its ladder due at once; return how many there are.

    Raises:
        ConfigurationError: nobody is left to be told, or the actor is no pseudonym.
        ListeningError: the alerts cannot be read.
    """
    check_actor(actor)
    waiting = sa.and_(
        DELIVERY.c.alert_id == alert_id, DELIVERY.c.state == "pending", DELIVERY.c.step > 0
    )
    with open_state(root) as connection, connection.begin():
        step = connection.scalar(sa.select(sa.func.min(DELIVERY.c.step)).where(waiting))
        if step is None:
            raise ConfigurationError(
                "nobody is left to be told", where=alert_id, mend="Its rule has no further step"
            )
        at = now()
        moved = sa.update(DELIVERY).where(waiting, DELIVERY.c.step == step, DELIVERY.c.due_at > at)
        connection.execute(moved.values(due_at=at))
        _note(connection, alert_id, "escalate", actor, at)
        told = sa.select(sa.func.count()).where(waiting, DELIVERY.c.step == step)
        return int(connection.scalar(told) or 0)


def close(root: DataRoot, alert_id: str, actor: str) -> Alert:
    """Close an alert by hand: what goes on of its story within the cool-down stays quiet.

    Raises:
        ConfigurationError: there is no such alert, or the actor is no pseudonym.
    """
    return _settle(
        root, alert_id, actor, "closed",
        {"closed_at": now(), "closed_why": "by_hand", "acked_by": actor},
    )  # fmt: skip


def _settle(root: DataRoot, alert_id: str, actor: str, state: str, facts: dict[str, Any]) -> Alert:
    check_actor(actor)
    before = {"acked": ("open",), "closed": ("held", "open", "acked")}[state]
    with open_state(root) as connection, connection.begin():
        found = get_alert(connection, alert_id)
        if found is None:
            raise ConfigurationError(
                "there is no such alert", where=alert_id, mend="listening alerts list names them"
            )
        if state == "acked" and found.state == "held":
            raise ConfigurationError(
                "it is held back, and nobody was told", where=alert_id, mend=found.held_reason
            )
        if found.state in before:
            changed = sa.update(ALERT).where(ALERT.c.alert_id == alert_id)
            connection.execute(changed.values(state=state, **facts))
            cancel_pending(connection, alert_id)
            done, at = ("ack", "acked_at") if state == "acked" else ("close", "closed_at")
            _note(connection, alert_id, done, actor, facts[at])
        settled = get_alert(connection, alert_id)
        assert settled is not None  # noqa: S101 (found above, in this transaction)
        return settled


def cancel_pending(connection: sa.Connection, alert_id: str) -> None:
    """Cancel the messages of an alert's ladder that did not go out yet."""
    connection.execute(
        sa.update(DELIVERY)
        .where(DELIVERY.c.alert_id == alert_id, DELIVERY.c.state == "pending", DELIVERY.c.step > 0)
        .values(state="cancelled")
    )


def mute(
    root: DataRoot,
    rule_id: str,
    until: datetime,
    actor: str,
    subject: str = "",
    alert_id: str = "",
) -> None:
    """Keep quiet about a rule, or one subject of it, until a moment; in the past: no more.

    Alerts are still found and listed, as muted; nobody is told of them. `alert_id` is the alert
    at which somebody asked for it; empty: none, the rule was meant.

    Raises:
        ConfigurationError: the actor is no pseudonym.
    """
    check_actor(actor)
    at = now()
    facts = {"until": until, "actor": actor, "muted_at": at}
    row = insert(MUTE).values(rule_id=rule_id, subject=subject, **facts)
    with open_state(root) as connection, connection.begin():
        connection.execute(
            row.on_conflict_do_update(index_elements=["rule_id", "subject"], set_=facts)
        )
        if alert_id:
            _note(connection, alert_id, "mute", actor, at)


def _note(connection: sa.Connection, alert_id: str, action: str, actor: str, at: datetime) -> None:
    """Note what was done, in the transaction that did it; no two of one alert at once."""
    last = sa.select(sa.func.max(ACT.c.acted_at, type_=ACT.c.acted_at.type))
    before = connection.scalar(last.where(ACT.c.alert_id == alert_id))
    at = max(at, before + _TICK) if before else at
    told = {"alert_id": alert_id, "acted_at": at, "action": action, "actor": actor}
    connection.execute(sa.insert(ACT).values(told))


def check_actor(actor: str) -> None:
    """Check that a pseudonym is one.

    Raises:
        ConfigurationError: it is empty, or could be a mail address.
    """
    if not _ACTOR.fullmatch(actor):
        raise ConfigurationError(
            f"{actor!r} is no pseudonym", where="--actor", mend="Letters, digits, dot, dash"
        )
