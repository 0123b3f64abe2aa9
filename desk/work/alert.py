"""Takes, escalates, closes or quiets an alert, and writes to the outbox who did so.

Alerts stand in a file of their own: what was done there is committed first, what is said of it
right after. Where a process dies between the two, the alert stands as it was done, and
`say_untold` writes down who took or closed it, before the next seal.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from desk.alert import act
from desk.alert.read import Alert, get_alert
from desk.alert.state import ALERT
from desk.alert.state import open_state as open_alerts
from desk.state import open_state, writing
from desk.work.escalate import escalate
from desk.work.outbox import ROOM, outbox, write
from listening.contract import ConfigurationError, DataRoot, Decision, now

KIND: Final = "alert"
QUIET: Final = timedelta(hours=24)
_ONCE: Final = ("ack", "close")  # an alert is taken once, and closed once


def decide(engine: sa.Engine, root: DataRoot, alert_id: str, action: str, actor: str) -> Alert:
    """Do something about an alert, and say so in the outbox; return it as it stands.

    Args:
        engine: the desk's state.
        root: where the alerts are.
        alert_id: which one.
        action: ack, escalate, close, or mute: no more of its rule and subject for a day.
        actor: who, by a pseudonym.

    Raises:
        ConfigurationError: there is no such alert or action, or it cannot be done now.
        ListeningError: a file cannot be read or written.
    """
    found = _find(root, alert_id)
    with writing(engine) as connection:
        if action == "ack":
            act.ack(root, alert_id, actor)
        elif action == "close":
            act.close(root, alert_id, actor)
        elif action == "escalate":
            escalate(root, alert_id, actor)
        elif action == "mute":
            act.mute(root, found.rule_id, now() + QUIET, actor, found.subject)
        else:
            raise ConfigurationError("nobody can do that", where=action, mend="ack, close, …")
        if action in _ONCE:
            _say_once(connection, _find(root, alert_id))
        else:
            write(connection, _word(found, action, actor))
    return _find(root, alert_id)


def submit(root: DataRoot, alert_id: str, action: str, actor: str) -> Alert:
    """Do something about an alert as `decide` does, without a desk that runs."""
    engine = open_state(root, [ROOM])
    try:
        return decide(engine, root, alert_id, action, actor)
    finally:
        engine.dispose()


def say_untold(root: DataRoot) -> int:
    """Write down who took and who closed alerts, where that is not in the outbox yet.

    Return how many words were written.

    Raises:
        ListeningError: the alerts, or the desk's state, cannot be read.
    """
    if not root.alerts.exists():
        return 0
    with open_alerts(root, write=False) as connection:
        acted = connection.execute(sa.select(ALERT).where(ALERT.c.acked_by.is_not(None))).all()
    if not acted:
        return 0
    engine = open_state(root, [ROOM])
    try:
        with writing(engine) as connection:
            return sum(_say_once(connection, one) for one in acted)
    finally:
        engine.dispose()


def _say_once(connection: sa.Connection, found: Alert | sa.Row[Any]) -> int:
    """Say who took it and who closed it, each where nobody has; return how many words."""
    of_it = sa.select(outbox.c.action).where(
        outbox.c.kind == KIND, outbox.c.subject_id == found.alert_id
    )
    told: set[str] = set(connection.scalars(of_it))
    closed_at = found.closed_at if found.closed_why == "by_hand" else None
    said: tuple[tuple[str, datetime | None], ...] = (("ack", found.acked_at), ("close", closed_at))
    new = [(action, at) for action, at in said if at and action not in told]
    for action, at in new:
        write(connection, _word(found, action, found.acked_by or "", at))
    return len(new)


def _word(
    found: Alert | sa.Row[Any], action: str, actor: str, at: datetime | None = None
) -> Decision:
    told = {"owner": found.owner, "rule": found.rule_id, "brand_id": found.brand_id or ""}
    fields = {name: value for name, value in told.items() if value}
    return Decision(KIND, action, actor, found.alert_id, effective_at=at, fields=fields)


def _find(root: DataRoot, alert_id: str) -> Alert:
    if root.alerts.exists():
        with open_alerts(root, write=False) as connection:
            if found := get_alert(connection, alert_id):
                return found
    raise ConfigurationError(
        "there is no such alert", where=alert_id, mend="listening alerts list names them"
    )
