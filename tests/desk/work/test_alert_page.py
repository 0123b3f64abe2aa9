"""A team takes, escalates and closes its own alerts, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.alert import act
from desk.alert.state import ACT, ALERT, DELIVERY, open_state
from desk.state import reading
from desk.web import account
from desk.web.app import create_app
from desk.work.alert import say_untold, submit
from desk.work.outbox import open_outbox, outbox
from listening.contract import DataRoot, now
from listening.decide.outbox import seal_outbox
from tests.desk.web.conftest import PASSWORD, enter, token_of
from tests.desk.web.conftest import _quick_hashes as quick_hashes  # noqa: F401 (used by name)


def fill(table: sa.Table, **values):
    """Return a row; what is not told is empty."""
    row = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None:
            continue
        kind = column.type.python_type if not isinstance(column.type, sa.JSON) else list
        row[column.name] = now() if "at" in column.name.split("_") else kind()
    return {**row, **values}


@pytest.fixture
def app(tmp_path):
    root = DataRoot(tmp_path)
    with open_state(root) as connection, connection.begin():
        for owner in ("care", "legal"):
            facts = {"alert_id": f"a-{owner}", "owner": owner, "rule_id": "up"}
            row = fill(ALERT, **facts, state="open", title="<b>Up</b>")
            connection.execute(sa.insert(ALERT).values({**row, "detail": {}, "chart": []}))
        later = {"due_at": now() + timedelta(hours=2), "state": "pending"}
        for step in (1, 2):
            row = fill(DELIVERY, delivery_id=f"d{step}", alert_id="a-care", step=step, **later)
            connection.execute(sa.insert(DELIVERY).values(row))
    made = create_app(root)
    for role in ("care", "legal"):
        account.add_account(made.state.engine, role, PASSWORD, (role,))
    yield made
    made.state.library.close()
    made.state.engine.dispose()


def do(client, action, state):
    page = client.get("/care/alerts/a-care")
    form = {"csrf": token_of(page.text), "action": action, "state": state}
    return client.post("/care/alerts/a-care", data=form)


def test_a_team_works_on_its_alerts_only(app):
    client = enter(app, "care")
    assert "&lt;b&gt;Up" in client.get("/care/alerts").text
    assert client.get("/care/alerts/a-legal").status_code == 404
    assert client.get("/legal/alerts").status_code == 403
    assert do(client, "explode", "open").status_code == 422
    assert do(client, "escalate", "open").status_code == 303
    with open_state(app.state.root, write=False) as connection:
        due = sa.select(DELIVERY.c.step, DELIVERY.c.due_at <= now()).order_by(DELIVERY.c.step)
        assert connection.execute(due).all() == [(1, True), (2, False)]
    assert do(client, "ack", "open").status_code == 303
    second = do(client, "close", "open")
    assert second.status_code == 409
    assert "care was first" in second.text
    assert do(client, "escalate", "acked").status_code == 422  # taking it ended the ladder
    assert do(client, "close", "acked").status_code == 303
    assert "None is open" in client.get("/care/alerts").text
    assert "closed (1)" in client.get("/care/alerts").text.lower()


def test_who_did_what_with_an_alert_is_decided_once(app):
    """At the desk, by the command, and where a process died before it was written down."""
    root, client = app.state.root, enter(app, "care")

    def told():
        query = sa.select(outbox).where(outbox.c.kind == "alert").order_by(outbox.c.outbox_id)
        with reading(app.state.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [(row["action"], row["actor"], row["subject_id"], row["fields"]) for row in rows]

    of_care = '{"owner": "care", "rule": "up"}'
    for action in ("escalate", "ack"):
        assert do(client, action, "open").status_code == 303
    wanted = [(each, "care", "a-care", of_care) for each in ("escalate", "ack")]
    assert told() == wanted
    submit(root, "a-care", "ack", "dee")  # the first stands
    assert do(client, "mute", "acked").status_code == 303
    assert told() == [*wanted, ("mute", "care", "a-care", of_care)]
    of_legal = of_care.replace("care", "legal")
    with open_state(root) as connection, connection.begin():
        later = {"due_at": now() + timedelta(hours=2), "state": "pending", "step": 1}
        row = fill(DELIVERY, delivery_id="d3", alert_id="a-legal", **later)
        connection.execute(sa.insert(DELIVERY).values(row))
    act.escalate(root, "a-legal", "eve")  # as if killed right after each
    act.escalate(root, "a-legal", "fay")
    act.mute(root, "up", now(), "eve", "", "a-legal")
    act.close(root, "a-legal", "eve")
    assert say_untold(root) == 4
    assert say_untold(root) == 0
    done = [("escalate", "eve"), ("escalate", "fay"), ("mute", "eve"), ("close", "eve")]
    assert told()[3:] == [(action, who, "a-legal", of_legal) for action, who in done]
    with open_outbox(root) as found:
        (batch,) = seal_outbox(root, found)
    assert (batch.target, batch.served) == ("alert", 7)


def test_what_an_older_version_took_is_told_once(app):
    root = app.state.root
    submit(root, "a-care", "ack", "dee")
    act.close(root, "a-legal", "eve")
    with open_state(root) as connection, connection.begin():
        ACT.drop(connection)
        connection.exec_driver_sql("PRAGMA user_version = 5")
    assert say_untold(root) == 1  # the close; the ack was told before
    assert say_untold(root) == 0
