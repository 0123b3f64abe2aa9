"""The whole way of an alert, as it is judged: a world with decoys, and tasks that are killed."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from desk.alert.evaluate import ALERT_POINTS, evaluate
from desk.alert.read import list_alerts
from listening.contract import DataRoot
from tests.desk.alert.world import DAY, HOUR, NOW, World, brands, chatter, said
from tests.desk.alert_child import RULES, act
from tests.desk.deliver.lab import messages
from tests.forked import fork

START = NOW - 35 * DAY
OTHER = "hackernews--b.example--main"
CUT = NOW - 6.5 * DAY  # before the rise shows
BAD: dict[str, Any] = {"sentiment": "negative", "topics": ["leak"], "intents": ["complaint"]}
DELIVER_POINTS = ("deliver:ready", "deliver:claimed", "deliver:sent", "deliver:marked")


def rise(last, name):
    """Complaints of as many people as before, and of three times as many in the last week."""
    return [
        said(f"{name}{day}-{n}", last - (14 - day) * DAY + n * 5 * HOUR, **BAD)
        for day in range(14)
        for n in range(1 if day < 7 else 3)
    ]


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A month of talk; one loud author, and one text that sixty pass on, this morning."""
    monkeypatch.setenv("LISTENING_NOW", NOW.isoformat())
    monkeypatch.setenv("LISTENING_DATA", str(tmp_path / "data"))
    world = World(DataRoot(tmp_path / "data"))
    minute = timedelta(minutes=1)
    loud = [said(f"l{n}", NOW - 2 * HOUR + n * minute, "loud", **BAD) for n in range(60)]
    copied = [said(f"p{n}", NOW - 3 * HOUR + n * minute, bands=(1,), **BAD) for n in range(60)]
    world.rows = [*chatter(START, NOW, every=4 * HOUR), *loud, *copied]
    return world


def test_decoys_alone_raise_and_hold_nothing(world):
    world.days(world.rows, START, NOW)
    done = evaluate(world.root, brands(*RULES), NOW)
    assert (done.raised, done.held) == ((), ())


def test_a_decoy_a_gap_and_a_slow_rise_are_neither_false_alarm_nor_silence(world):
    """The rise is held while half of the talk was unheard, and told when it was heard; once."""
    world.days([*world.rows, *rise(NOW, "r")], START, NOW)
    usual = chatter(START, NOW + HOUR, every=8 * HOUR, source="hackernews", prefix="h")
    world.days([one for one in usual if one["published_at"] < CUT], START, CUT, stream=OTHER)
    world.land([], CUT, NOW, stream=OTHER, state="blocked", reason="HTTP 403")
    first = evaluate(world.root, brands(*RULES), NOW)

    # What is told at once is that a stream is not heard.
    assert {one.rule_id for one in first.raised} == {"source_silent"}
    assert {one.rule_id for one in first.held} >= {"issue"}
    assert all(one.held_reason.startswith(OTHER) for one in first.held)
    world.land([one for one in usual if one["published_at"] >= CUT], CUT, NOW, stream=OTHER)
    then = evaluate(world.root, brands(*RULES), NOW + timedelta(minutes=1))
    told = {one.rule_id: one for one in then.raised}
    assert set(told) <= {"issue", "topic"}  # one owner: the second is part of the first
    assert told["issue"].detail["how"] == "slow rise"
    assert (told["issue"].value, told["issue"].usual) == (21, 7)
    assert len(then.told) == 1
    assert list_alerts(world.root, states=["held"]) == []
    assert evaluate(world.root, brands(*RULES), NOW + timedelta(minutes=2)).told == ()


def test_killed_twenty_times_everybody_hears_once(world, webhook):
    """Ten kills at named places and ten at random, in judging and in sending alike."""
    minute = timedelta(minutes=1)
    crowd = [said(f"c{n}", NOW - 100 * minute + n * minute, **BAD) for n in range(30)]
    shown = [said("dox", NOW - HOUR, flags=["doxxing"]), said("hit", NOW - 5 * HOUR, likes=300),
             said("shop", NOW - 6 * HOUR, flags=["counterfeit"])]  # fmt: skip
    world.days([*world.rows, *crowd, *shown], START, NOW)
    dice, kills = random.Random(12), 0  # noqa: S311
    for point in (*ALERT_POINTS, *DELIVER_POINTS, "alert:judged", "deliver:sent"):
        process = fork(act, webhook.url, LISTENING_CRASH_AT=point)
        process.join()
        assert process.exitcode == 137
        kills += 1
    while kills < 20:
        process = fork(act, webhook.url)
        process.join(dice.uniform(0.01, 0.4))
        if process.is_alive():
            process.kill()
            kills += 1
        process.join()
    last = fork(act, webhook.url)
    last.join()
    assert last.exitcode == 0
    raised = {one.alert_id: one for one in list_alerts(world.root) if one.told_times}
    assert Counter(one.kind for one in raised.values()) == {
        "volume_spike": 1, "issue": 1, "legal_flag": 2, "post_count": 1,
    }  # fmt: skip
    got, state = Counter(webhook.keys), messages(world.root)
    heard = {state[key]["alert_id"] for key in got if state[key]["channel"] == "keyed"}
    assert heard == set(raised)  # a receiver that knows a message by its key hears of all
    assert {one.told_times for one in raised.values()} == {1}
    for key, one in state.items():
        if one["channel"] == "plain":
            assert got[key] <= 1  # one that does not hears of nothing twice
            assert got[key] == 1 or one["state"] == "unknown"
        else:
            assert one["state"] == "sent"
