"""Escalates an alert by hand: the next step of its ladder is told now, not when it is due."""

from __future__ import annotations

import sqlalchemy as sa

from desk.alert.act import check_actor
from desk.alert.state import DELIVERY, open_state
from listening.contract import ConfigurationError, DataRoot, now


def escalate(root: DataRoot, alert_id: str, actor: str) -> int:
    """Make the messages of the next step due at once; return how many there are.

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
        moved = sa.update(DELIVERY).where(
            waiting, DELIVERY.c.step == step, DELIVERY.c.due_at > now()
        )
        connection.execute(moved.values(due_at=now()))
        told = sa.select(sa.func.count()).where(waiting, DELIVERY.c.step == step)
        return int(connection.scalar(told) or 0)
