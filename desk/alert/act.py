"""What a person does about an alert: take it, close it, or ask for quiet."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from desk.alert.read import Alert, get_alert
from desk.alert.state import ALERT, DELIVERY, MUTE, open_state
from listening.contract import ConfigurationError, DataRoot, now

_ACTOR: Final = re.compile(r"[\w.-]{1,64}")


def ack(root: DataRoot, alert_id: str, actor: str) -> Alert:
    """Take an alert: its ladder of escalation stops. Taken twice, the first stands.

    Raises:
        ConfigurationError: there is no such alert, it is held, or the actor is no pseudonym.
    """
    return _settle(root, alert_id, actor, "acked", {"acked_at": now(), "acked_by": actor})


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


def mute(root: DataRoot, rule_id: str, until: datetime, actor: str, subject: str = "") -> None:
    """Keep quiet about a rule, or one subject of it, until a moment; in the past: no more.

    Alerts are still found and listed, as muted; nobody is told of them.

    Raises:
        ConfigurationError: the actor is no pseudonym.
    """
    check_actor(actor)
    facts = {"until": until, "actor": actor, "muted_at": now()}
    row = insert(MUTE).values(rule_id=rule_id, subject=subject, **facts)
    with open_state(root) as connection, connection.begin():
        connection.execute(
            row.on_conflict_do_update(index_elements=["rule_id", "subject"], set_=facts)
        )


def check_actor(actor: str) -> None:
    """Check that a pseudonym is one.

    Raises:
        ConfigurationError: it is empty, or could be a mail address.
    """
    if not _ACTOR.fullmatch(actor):
        raise ConfigurationError(
            f"{actor!r} is no pseudonym", where="--actor", mend="Letters, digits, dot, dash"
        )
