"""Alerts with messages to send, and processes that send them until they are killed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import sqlalchemy as sa

from desk.alert.state import ALERT, ALERT_MENTION, DELIVERY, MUTE, Instant, open_state
from desk.deliver.channel import Connection
from desk.deliver.outbox import deliver
from listening.contract import DataRoot
from tests.forked import fork

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)


@dataclass
class Kept:
    """A connection as Airflow or the environment would give it."""

    password: str
    extra: dict[str, Any] = field(default_factory=dict)


def row(table: sa.Table, **given: Any) -> dict[str, Any]:
    """Return a row of a table: what is given, and for every other column that must be, a value."""
    plain: dict[type, Any] = {
        sa.Text: "", Instant: NOON, sa.Boolean: False, sa.Float: 1.0, sa.Integer: 1,
        sa.BigInteger: 1, sa.JSON: [],
    }  # fmt: skip
    made = {
        column.name: next(value for kind, value in plain.items() if isinstance(column.type, kind))
        for column in table.columns
        if not column.nullable and column.server_default is None
    }
    return made | given


def put_alert(root: DataRoot, name: str = "a1", **given: Any) -> None:
    """Write an alert that somebody is to hear of."""
    told = {
        "alert_id": name, "rule_id": "spike", "owner": "pr", "state": "open", "detail": {},
        "title": "Nimbus: 12 voices in an hour", "action": "Look who spoke first", "value": 12.0,
        "usual": 2.0, "low": 0.0, "high": 5.0, "unit": "voices", "severity": 2, "mentions": 7,
        "published_at": NOON, "first_seen_at": NOON, "raised_at": NOON, "subject": "nimbus/x",
        "chart": [{"at": NOON.isoformat(), "value": 2, "usual": 2},
                  {"at": (NOON + timedelta(hours=1)).isoformat(), "value": 12, "usual": 2}],
    } | given  # fmt: skip
    with open_state(root) as connection, connection.begin():
        connection.execute(sa.insert(ALERT).values(row(ALERT, **told)))


def put_mention(root: DataRoot, alert: str = "a1", **given: Any) -> None:
    """Write a mention behind an alert."""
    told = {"alert_id": alert, "mention_id": "m1", "place": 0, "said": "It broke"} | given
    with open_state(root) as connection, connection.begin():
        connection.execute(sa.insert(ALERT_MENTION).values(row(ALERT_MENTION, **told)))


def put_message(root: DataRoot, name: str, alert: str = "a1", **given: Any) -> None:
    """Write a message that waits."""
    told = {
        "delivery_id": name, "alert_id": alert, "step": 0, "channel": "hook", "state": "pending",
        "occasion": "raised", "due_at": NOON,
    } | given  # fmt: skip
    with open_state(root) as connection, connection.begin():
        connection.execute(sa.insert(DELIVERY).values(row(DELIVERY, **told)))


def put_mute(root: DataRoot, **given: Any) -> None:
    """Ask for quiet."""
    told = {"rule_id": "spike", "subject": "", "until": NOON + timedelta(hours=1)} | given
    with open_state(root) as connection, connection.begin():
        connection.execute(sa.insert(MUTE).values(row(MUTE, **told)))


def messages(root: DataRoot) -> dict[str, dict[str, Any]]:
    """Return every message by its key."""
    with open_state(root, write=False) as connection:
        rows = connection.execute(sa.select(DELIVERY)).mappings()
        return {one["delivery_id"]: dict(one) for one in rows}


def send_all(connections: str) -> None:
    """Work off what waits, in a process of its own, which may die at a named place."""
    kept = {name: Kept(**one) for name, one in json.loads(connections).items()}
    deliver(DataRoot.from_environment(), kept.get)


def finder(**kept: Kept) -> Any:
    """Return what finds these connections."""

    def find(name: str) -> Connection | None:
        return kept.get(name)

    return find


def starter(root: DataRoot, connections: dict[str, Any]) -> Any:
    """Return what starts a process that sends: forked of a server that has imported everything.

    It takes the name of the place to die at.
    """
    # By its full name: the server knows nothing of the names that pytest gives modules.
    target = import_module("tests.desk.deliver.lab").send_all

    def start(crash: str = "") -> Any:
        settings = {"LISTENING_CRASH_AT": crash, "LISTENING_DATA": str(root.path)}
        return fork(target, json.dumps(connections), **settings)

    return start
