"""Messages go out once, whatever dies; what nobody can know is said."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from desk.alert.read import list_alerts
from desk.deliver.outbox import CUT_SHORT, decide_fate, deliver
from listening.cli import main
from listening.contract import ConfigurationError, DataRoot, ListeningError

from .lab import (
    NOON,
    Kept,
    finder,
    messages,
    put_alert,
    put_mention,
    put_message,
    put_mute,
    starter,
)

POINTS = ("deliver:ready", "deliver:claimed", "deliver:sent", "deliver:marked")
KILLED = 137


@pytest.fixture
def root(tmp_path: Path, monkeypatch) -> DataRoot:
    monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(minutes=1)).isoformat())
    return DataRoot(tmp_path)


def at(monkeypatch, **later: int) -> None:
    monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(**later)).isoformat())


def test_nothing_to_send_makes_no_file(root: DataRoot):
    assert deliver(root, finder()).sent == 0
    assert not root.alerts.exists()


def test_a_message_is_sent_once_and_its_time_is_kept(root: DataRoot, webhook):
    put_alert(root)
    put_mention(root, url="http://x.example/1", reply_link="http://x.example/1#reply")
    put_message(root, "d1")
    find = finder(hook=Kept(webhook.url))
    assert [deliver(root, find).sent for _ in range(2)] == [1, 0]
    (got,) = webhook.posted
    assert got["delivery_id"] == "d1"
    assert (got["alert_id"], got["owner"], got["high"]) == ("a1", "pr", "5")
    for said in ("12 voices; normal is 0 to 5", "Look who spoke first", "It broke",
                 "http://x.example/1#reply", "listening alerts ack a1", "2 to 12"):  # fmt: skip
        assert said in got["message"].replace("0 to 12", "2 to 12")
    (alert,) = list_alerts(root)
    assert alert.delivered_at == messages(root)["d1"]["sent_at"] == NOON + timedelta(minutes=1)


def test_a_step_of_the_ladder_waits_for_its_time(root: DataRoot, webhook, monkeypatch):
    put_alert(root)
    put_message(root, "d1")
    put_message(root, "d2", step=1, occasion="escalated", due_at=NOON + timedelta(minutes=30))
    find = finder(hook=Kept(webhook.url))
    deliver(root, find)
    assert webhook.keys == ["d1"]
    at(monkeypatch, minutes=30)
    deliver(root, find)
    assert webhook.keys == ["d1", "d2"]
    assert "nobody has taken it yet" in webhook.posted[1]["title"]


def test_a_refusal_is_tried_again_ever_more_rarely_and_given_up(
    root: DataRoot, webhook, monkeypatch
):
    put_alert(root)
    put_message(root, "d1")
    monkeypatch.setattr("desk.deliver.outbox.PATIENCE", timedelta(hours=3))
    webhook.answers = [503] * 1000
    find = finder(hook=Kept(webhook.url))
    tries: list[float] = []
    while next_at := messages(root)["d1"]["next_at"] or (NOON if not tries else None):
        monkeypatch.setenv("LISTENING_NOW", (next_at - timedelta(seconds=1)).isoformat())
        assert deliver(root, find).failed == 0
        monkeypatch.setenv("LISTENING_NOW", next_at.isoformat())
        assert deliver(root, find).failed == 1
        tries.append((next_at - NOON) / timedelta(minutes=1))
    assert tries[:7] == [0, 0.5, 1, 2, 4, 8, 16]
    assert tries[8] - tries[7] == 15
    assert 180 < tries[-1] <= 195
    assert messages(root)["d1"]["state"] == "failed"
    assert messages(root)["d1"]["error"] == "the service answered 503"
    assert webhook.posted == []


def test_one_channel_that_fails_keeps_no_other(root: DataRoot, webhook):
    put_alert(root)
    put_message(root, "d1", channel="nobody")
    put_message(root, "d2")
    done = deliver(root, finder(hook=Kept(webhook.url)))
    assert (done.sent, done.failed) == (1, 1)
    with pytest.raises(ListeningError, match="AIRFLOW_CONN_NOBODY"):
        done.check()


@pytest.mark.parametrize("subject", ["", "nimbus/x"])
def test_what_is_muted_meanwhile_is_not_sent(root: DataRoot, webhook, subject):
    put_alert(root)
    put_message(root, "d1", step=1)
    put_mute(root, subject=subject)
    assert deliver(root, finder(hook=Kept(webhook.url))).cancelled == 1
    assert messages(root)["d1"]["state"] == "cancelled"
    assert webhook.posted == []


@pytest.mark.parametrize("mute", [{"subject": "rival/x"}, {"until": NOON}, {"rule_id": "other"}])
def test_a_mute_of_something_else_mutes_nothing(root: DataRoot, webhook, mute):
    put_alert(root)
    put_message(root, "d1")
    put_mute(root, **mute)
    assert deliver(root, finder(hook=Kept(webhook.url))).sent == 1


def test_quiet_hours_hold_back_what_can_wait(root: DataRoot, webhook, monkeypatch):
    put_alert(root, "a1", severity=2)
    put_alert(root, "a2", severity=3)
    put_message(root, "d1", "a1")
    put_message(root, "d2", "a2")
    find = finder(hook=Kept(webhook.url, {"quiet": "11:00-14:00"}))
    done = deliver(root, find)
    assert (done.sent, done.postponed) == (1, 1)
    at(monkeypatch, hours=1, minutes=59)
    assert deliver(root, find).sent == 0
    at(monkeypatch, hours=2)
    assert deliver(root, find).sent == 1
    assert webhook.keys == ["d2", "d1"]


def test_no_answer_is_unknown_and_not_sent_again(root: DataRoot, webhook):
    put_alert(root)
    put_message(root, "d1")
    webhook.answers = [0]
    find = finder(hook=Kept(webhook.url))
    done = deliver(root, find)
    assert done.unknown == 1
    with pytest.raises(ListeningError, match="may have arrived"):
        done.check()
    assert deliver(root, find).sent == 0
    assert webhook.keys == ["d1"]
    assert messages(root)["d1"]["state"] == "unknown"


def test_no_answer_of_a_receiver_that_dedupes_is_sent_again(root: DataRoot, webhook, monkeypatch):
    put_alert(root)
    put_message(root, "d1")
    webhook.answers = [0]
    find = finder(hook=Kept(webhook.url, {"dedupes": True}))
    assert deliver(root, find).failed == 1
    at(monkeypatch, minutes=10)
    assert deliver(root, find).sent == 1
    assert webhook.keys == ["d1", "d1"]


@pytest.mark.parametrize("arrived", [True, False])
def test_a_person_settles_what_nobody_knows(root: DataRoot, webhook, arrived):
    put_alert(root)
    put_message(root, "d1", state="unknown")
    decide_fate(root, "d1", arrived=arrived)
    assert deliver(root, finder(hook=Kept(webhook.url))).sent == (0 if arrived else 1)
    assert messages(root)["d1"]["state"] == "sent"
    assert len(webhook.keys) == (0 if arrived else 1)
    with pytest.raises(ConfigurationError, match="no message of unknown fate"):
        decide_fate(root, "d1", arrived=True)


def test_the_command_sends_and_tells(root: DataRoot, webhook, monkeypatch, capsys):
    put_alert(root)
    put_message(root, "d1")
    put_message(root, "d2", state="unknown")
    put_message(root, "d3", channel="nobody")
    monkeypatch.setenv("LISTENING_DATA", str(root.path))
    monkeypatch.setenv("AIRFLOW_CONN_HOOK", json.dumps({"password": webhook.url}))
    with pytest.raises(SystemExit) as ended:
        main(["deliver", "--again", "d2", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["sent"], told["failed"], ended.value.code) == (2, 1, 1)
    assert "AIRFLOW_CONN_NOBODY" in told["errors"][0]


@pytest.mark.parametrize("command", [("alerts", "list"), ("status",)])
@pytest.mark.parametrize("as_json", [True, False])
def test_what_was_lost_is_listed(root: DataRoot, monkeypatch, capsys, command, as_json):
    put_alert(root, state="closed")
    put_message(root, "d1", state="unknown", error=CUT_SHORT)
    put_message(root, "d2", state="failed", error="the service answered 503")
    put_message(root, "d3", state="sent")
    monkeypatch.setenv("LISTENING_DATA", str(root.path))
    with pytest.raises(SystemExit) as ended:
        main([*command, *(["--json"] if as_json else [])])
    assert not ended.value.code
    told = capsys.readouterr().out
    if as_json:
        lost = {one["delivery_id"]: one["state"] for one in json.loads(told)["lost"]}
        assert lost == {"d1": "unknown", "d2": "failed"}
    else:
        assert all(word in told for word in ("d1", "d2", "answered 503", CUT_SHORT))
        assert "d3" not in told


# --- killed -----------------------------------------------------------------------------


@pytest.mark.parametrize("dedupes", [True, False])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_place_it_goes_out_once_or_is_told(
    root: DataRoot, webhook, point, dedupes
):
    put_alert(root)
    put_message(root, "d1")
    connections = {"hook": {"password": webhook.url, "extra": {"dedupes": dedupes}}}
    start = starter(root, connections)
    for crash in (point, ""):
        process = start(crash)
        process.join()
        assert process.exitcode == (KILLED if crash else 0)
    state, got = messages(root)["d1"], Counter(webhook.keys)
    lost = point in {"deliver:claimed", "deliver:sent"} and not dedupes
    assert state["state"] == ("unknown" if lost else "sent")
    assert state["error"] == (CUT_SHORT if lost else "")
    assert set(got) == (set() if lost and point == "deliver:claimed" else {"d1"})
    assert got["d1"] <= (2 if dedupes and point == "deliver:sent" else 1)


def test_killed_twenty_times_at_random_every_alert_arrives_and_none_twice(root: DataRoot, webhook):
    """Two receivers: one drops the second of a key, one does not."""
    names = [f"{number:02d}" for number in range(60)]
    for name in names:
        put_alert(root, name)
        put_message(root, f"plain-{name}", name, channel="plain")
        put_message(root, f"keyed-{name}", name, channel="keyed")
    connections = {
        "plain": {"password": webhook.url},
        "keyed": {"password": webhook.url, "extra": {"dedupes": True}},
    }
    start, dice, kills = starter(root, connections), random.Random(20), 0  # noqa: S311
    while kills < 20:
        process = start()
        process.join(dice.uniform(0.02, 0.15))
        if process.is_alive():
            kills += 1
            process.kill()
        process.join()
    last = start()
    last.join()
    assert last.exitcode == 0
    got = Counter(webhook.keys)
    states = {name: one["state"] for name, one in messages(root).items()}
    for name in names:
        assert states[f"keyed-{name}"] == "sent"
        assert got[f"keyed-{name}"] >= 1
        assert states[f"plain-{name}"] in {"sent", "unknown"}
        assert got[f"plain-{name}"] <= 1
        assert got[f"plain-{name}"] == 1 or states[f"plain-{name}"] == "unknown"
    assert Counter(states.values())["unknown"] <= kills


def test_two_processes_at_once_send_nothing_twice(root: DataRoot, webhook):
    for number in range(20):
        put_alert(root, f"a{number}")
        put_message(root, f"d{number}", f"a{number}")
    start = starter(root, {"hook": {"password": webhook.url}})
    for process in [start() for _ in range(3)]:
        process.join()
        assert process.exitcode == 0
    assert sorted(Counter(webhook.keys).values()) == [1] * 20
