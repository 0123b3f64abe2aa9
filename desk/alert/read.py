"""Reads what was raised: alerts, the mentions behind them, and their messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from desk.alert.state import ALERT, ALERT_MENTION, DELIVERY, STATES, open_state
from listening.contract import ConfigurationError, DataRoot


@dataclass(frozen=True, slots=True)
class Behind:
    """A mention behind an alert, as its owner may see it."""

    mention_id: str
    published_at: datetime
    source: str
    channel: str
    url: str | None
    reply_link: str | None
    author: str | None  # handle; alerts of legal and care only
    said: str
    note: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One story, as it stands. The columns are told in `desk.alert.state`."""

    alert_id: str
    rule_id: str
    kind: str
    owner: str
    subject: str
    brand_id: str | None
    state: str  # held, open, acked, closed
    held_reason: str
    unheard: str  # told though a stream was not seen wholly
    muted: bool
    part_of: str | None
    title: str
    action: str
    value: float
    peak: float
    unit: str
    usual: float | None
    low: float | None
    high: float | None
    severity: int
    detail: dict[str, Any]
    chart: list[dict[str, Any]]  # {at: ISO instant, value, usual}
    mentions: int
    began_at: datetime
    last_at: datetime
    published_at: datetime | None
    first_seen_at: datetime | None
    found_at: datetime
    raised_at: datetime | None
    updated_at: datetime
    told_value: float | None
    told_at: datetime | None
    told_times: int
    delivered_at: datetime | None
    acked_at: datetime | None
    acked_by: str | None
    closed_at: datetime | None
    closed_why: str
    behind: tuple[Behind, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values; instants are ISO texts."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def list_alerts(
    root: DataRoot,
    *,
    states: Sequence[str] = (),
    owner: str = "",
    rule: str = "",
    since: datetime | None = None,
) -> list[Alert]:
    """Return alerts, the newest story first; empty filters let all pass.

    Raises:
        ConfigurationError: there is no such state.
        ListeningError: the file cannot be read.
    """
    if unknown := sorted(set(states) - set(STATES)):
        raise ConfigurationError(
            f"no state is called {unknown[0]!r}", where="--state", mend=f"One of {STATES}"
        )
    query = sa.select(ALERT).order_by(ALERT.c.last_at.desc(), ALERT.c.alert_id)
    for column, value in ((ALERT.c.owner, owner), (ALERT.c.rule_id, rule)):
        query = query.where(column == value) if value else query
    query = query.where(ALERT.c.state.in_(states)) if states else query
    query = query.where(ALERT.c.last_at >= since) if since else query
    with open_state(root, write=False) as connection:
        return read_alerts(connection, query)


def get_alert(connection: sa.Connection, alert_id: str) -> Alert | None:
    """Return one alert with the mentions behind it; None: there is none of that id."""
    found = read_alerts(connection, sa.select(ALERT).where(ALERT.c.alert_id == alert_id))
    return found[0] if found else None


def read_alerts(connection: sa.Connection, query: sa.Select[Any]) -> list[Alert]:
    """Return the alerts a selection of whole rows of `alert` finds, in its order."""
    rows = connection.execute(query).mappings().all()
    behind: dict[str, list[Behind]] = {row["alert_id"]: [] for row in rows}
    ids = list(behind)
    for start in range(0, len(ids), 500):
        part = sa.select(ALERT_MENTION).where(
            ALERT_MENTION.c.alert_id.in_(ids[start : start + 500])
        )
        for row in connection.execute(part.order_by(ALERT_MENTION.c.place)).mappings():
            facts = {name: row[name] for name in Behind.__dataclass_fields__}
            behind[row["alert_id"]].append(Behind(**facts))
    return [Alert(**row, behind=tuple(behind[row["alert_id"]])) for row in rows]


def list_messages(root: DataRoot, alerts: Sequence[Alert]) -> list[list[dict[str, Any]]]:
    """Return the messages of each alert as plain values.

    Raises:
        ListeningError: the file cannot be read.
    """
    with open_state(root, write=False) as connection:
        return [_plain(list_deliveries(connection, one.alert_id)) for one in alerts]


def list_deliveries(connection: sa.Connection, alert_id: str) -> list[dict[str, Any]]:
    """Return the messages of an alert, in the order they are due."""
    query = sa.select(DELIVERY).where(DELIVERY.c.alert_id == alert_id)
    order = (DELIVERY.c.due_at, DELIVERY.c.step, DELIVERY.c.channel)
    return [dict(row) for row in connection.execute(query.order_by(*order)).mappings()]
