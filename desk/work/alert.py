"""Takes, escalates, closes or quiets an alert, and writes to the outbox who did so.

Alerts stand in a file of their own. What was done there is noted in the same transaction (`act`);
from those notes the outbox is told, at once and again before each seal: a process that dies between
the two files loses no word, and writes none twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from desk.alert import act
from desk.alert.read import Alert, get_alert
from desk.alert.state import ACT, ALERT
from desk.alert.state import open_state as open_alerts
from desk.state import open_state, writing
from desk.work.outbox import ROOM, outbox, take_turns, write
from listening.contract import ConfigurationError, DataRoot, Decision, now

KIND: Final = "alert"
QUIET: Final = timedelta(hours=24)


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
    if action == "ack":
        act.ack(root, alert_id, actor)
    elif action == "close":
        act.close(root, alert_id, actor)
    elif action == "escalate":
        act.escalate(root, alert_id, actor)
    elif action == "mute":
        act.mute(root, found.rule_id, now() + QUIET, actor, found.subject, alert_id)
    else:
        raise ConfigurationError("nobody can do that", where=action, mend="ack, close, …")
    _say(engine, root, alert_id)
    return _find(root, alert_id)


def submit(root: DataRoot, alert_id: str, action: str, actor: str) -> Alert:
    """Do something about an alert as `decide` does, without a desk that runs."""
    engine = open_state(root, [ROOM])
    try:
        return decide(engine, root, alert_id, action, actor)
    finally:
        engine.dispose()


def say_untold(root: DataRoot) -> int:
    """Write down what was done about alerts and is not in the outbox yet.

    Return how many words were written.

    Raises:
        ListeningError: the alerts, or the desk's state, cannot be read.
    """
    if not root.alerts.exists():
        return 0
    with open_alerts(root, write=False) as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(ACT)) == 0:
            return 0
    engine = open_state(root, [ROOM])
    try:
        return _say(engine, root)
    finally:
        engine.dispose()


def _say(engine: sa.Engine, root: DataRoot, alert_id: str = "") -> int:
    """Write what was done and nobody was told of: of one alert, or of all; return how much."""
    done = sa.select(ACT, ALERT.c.owner, ALERT.c.rule_id, ALERT.c.brand_id).join(ALERT)
    told = sa.select(outbox.c.subject_id, outbox.c.action, outbox.c.effective_at)
    told = told.where(outbox.c.kind == KIND)
    if alert_id:
        done = done.where(ACT.c.alert_id == alert_id)
        told = told.where(outbox.c.subject_id == alert_id)
    with open_alerts(root, write=False) as alerts:
        acts = alerts.execute(done.order_by(ACT.c.acted_at)).all()
    with writing(engine) as connection:
        take_turns(connection)
        known = {tuple(row) for row in connection.execute(told)}
        new = [one for one in acts if (one.alert_id, one.action, one.acted_at) not in known]
        for one in new:
            write(connection, _word(one))
    return len(new)


def _word(one: sa.Row[Any]) -> Decision:
    told = {"owner": one.owner, "rule": one.rule_id, "brand_id": one.brand_id or ""}
    fields = {name: value for name, value in told.items() if value}
    return Decision(
        KIND, one.action, one.actor, one.alert_id, effective_at=one.acted_at, fields=fields
    )


def _find(root: DataRoot, alert_id: str) -> Alert:
    if root.alerts.exists():
        with open_alerts(root, write=False) as connection:
            if found := get_alert(connection, alert_id):
                return found
    raise ConfigurationError(
        "there is no such alert", where=alert_id, mend="listening alerts list names them"
    )
