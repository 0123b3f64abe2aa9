"""What people do about alerts, and what reaches whom."""

import stat
from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.alert import act, outbox
from desk.alert.evaluate import evaluate
from desk.alert.read import get_alert, list_alerts, list_deliveries
from desk.alert.state import DELIVERY, VERSION, open_state
from listening.contract import ConfigurationError
from tests.desk.alert.world import DAY, HOUR, NOW, World, brands, counted, rule, said

LADDER = [
    {"after_minutes": 15, "channels": ["lead"]},
    {"after_minutes": 60, "channels": ["lead", "chief"]},
]
POST = rule("post_count", metric="likes", at_least=100, escalate=LADDER, channels=["desk", "mail"])
START = NOW - DAY


@pytest.fixture
def raised(world: World, monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", NOW.isoformat())
    world.land([said("hit", NOW - 5 * HOUR, likes=150)], START, NOW)
    (alert,) = evaluate(world.root, brands(POST), NOW).raised
    return world, alert


def due(world, at):
    with open_state(world.root, write=False) as connection:
        return [(one.step, one.channel, one.occasion) for one in outbox.due(connection, at)]


def states(world):
    with open_state(world.root, write=False) as connection:
        return sorted(connection.execute(sa.select(DELIVERY.c.step, DELIVERY.c.state)).all())


def test_the_ladder_is_climbed_until_somebody_takes_it(raised):
    world, alert = raised
    assert sorted(due(world, NOW)) == [(0, "desk", "raised"), (0, "mail", "raised")]
    assert (1, "lead", "escalated") in due(world, NOW + 15 * timedelta(minutes=1))
    assert len(due(world, NOW + HOUR)) == 5
    taken = act.ack(world.root, alert.alert_id, "ada")
    assert (taken.state, taken.acked_by, taken.acked_at) == ("acked", "ada", NOW)
    assert act.ack(world.root, alert.alert_id, "bob").acked_by == "ada"
    assert states(world) == [
        (0, "pending"), (0, "pending"), (1, "cancelled"), (2, "cancelled"), (2, "cancelled"),
    ]  # fmt: skip


def test_a_story_that_grows_is_told_again_after_its_cool_down(raised):
    world, alert = raised
    world.land([counted("hit", NOW + 10 * timedelta(minutes=1), likes=400)], NOW, NOW + HOUR,
               kind="engagement")  # fmt: skip
    early = evaluate(world.root, brands(POST), NOW + 30 * timedelta(minutes=1))
    assert early.told == ()
    late = evaluate(world.root, brands(POST), NOW + HOUR)
    assert (late.raised, late.told) == ((), (alert.alert_id,))
    (now,) = list_alerts(world.root)
    assert (now.value, now.told_value, now.told_times) == (400, 400, 2)
    assert {"grown-1"} <= {occasion for _, _, occasion in due(world, NOW + HOUR)}
    assert evaluate(world.root, brands(POST), NOW + 2 * HOUR).told == ()


def test_what_is_muted_is_listed_and_told_to_nobody(world, monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", NOW.isoformat())
    world.land([said("hit", NOW - 5 * HOUR, likes=150)], START, NOW)
    act.mute(world.root, "post_count", NOW + HOUR, "ada")
    (alert,) = evaluate(world.root, brands(POST), NOW).raised
    assert alert.muted
    assert states(world) == []
    told = evaluate(world.root, brands(POST), NOW + HOUR).told
    assert told == (alert.alert_id,)  # the mute is over, the story is not


def test_closed_by_hand_it_stays_closed(raised):
    world, alert = raised
    closed = act.close(world.root, alert.alert_id, "ada")
    assert (closed.state, closed.closed_why) == ("closed", "by_hand")
    again = evaluate(world.root, brands(POST), NOW + 5 * HOUR)
    assert (again.raised, again.told) == ((), ())
    assert list_alerts(world.root, states=["open"]) == []


def test_it_is_over_when_nothing_grew_for_a_day(raised):
    world, alert = raised
    assert evaluate(world.root, brands(POST), NOW + 20 * HOUR).closed == (alert.alert_id,)
    (found,) = list_alerts(world.root, states=["closed"])
    assert found.closed_why == "over"
    assert {state for step, state in states(world) if step} == {"cancelled"}


def test_ninety_days_after_it_was_closed_only_its_numbers_stay(raised):
    world, _ = raised
    evaluate(world.root, brands(POST), NOW + DAY)
    evaluate(world.root, brands(POST), NOW + 90 * DAY)
    assert len(list_alerts(world.root)[0].behind) == 1
    evaluate(world.root, brands(POST), NOW + 92 * DAY)
    (alert,) = list_alerts(world.root)
    assert (alert.behind, alert.value) == ((), 150)


def test_a_rule_that_is_taken_out_closes_its_alerts(raised):
    world, _ = raised
    evaluate(world.root, brands(), NOW + HOUR)
    assert list_alerts(world.root)[0].closed_why == "rule_gone"


def test_a_message_is_claimed_sent_and_dated(raised):
    world, alert = raised
    with open_state(world.root) as connection:
        with connection.begin():
            first, second = outbox.due(connection, NOW)
            assert outbox.claim(connection, first.delivery_id, NOW)
            outbox.mark_sent(connection, first.delivery_id, NOW + HOUR)
            assert not outbox.claim(connection, first.delivery_id, NOW)
            outbox.claim(connection, second.delivery_id, NOW)
            outbox.mark_failed(connection, second.delivery_id, "503", NOW + 2 * HOUR)
        with connection.begin():
            assert outbox.due(connection, NOW + 5 * timedelta(minutes=1)) == []
            found = get_alert(connection, alert.alert_id)
            sent, failed, *_ = list_deliveries(connection, alert.alert_id)
    assert found is not None
    assert found.delivered_at == NOW + HOUR
    assert {sent["state"], failed["state"]} == {"sent", "pending"}
    assert failed["error"] + sent["error"] == "503"


def test_handles_are_shown_to_legal_and_care_alone(world):
    link = "https://social.example/@ann_b/1"
    for owner in ("pr", "legal"):
        row = said(
            f"{owner}-1", NOW - HOUR, "@ann_b", text="says @bob_c and more", likes=200, url=link
        )
        world.land([row], START, NOW)
    rules = [
        rule("post_count", id=owner, owner=owner, metric="likes", at_least=100)
        for owner in ("pr", "legal")
    ]
    evaluate(world.root, brands(*rules), NOW)
    shown = {one.owner: one.behind[0] for one in list_alerts(world.root)}
    assert (shown["legal"].author, shown["legal"].url) == ("@ann_b", link)
    assert "@bob_c" in shown["legal"].said
    assert (shown["pr"].author, shown["pr"].url, shown["pr"].reply_link) == (None, None, None)
    assert "bob" not in shown["pr"].said


def test_what_cannot_be_done_says_why(raised):
    world, alert = raised
    with pytest.raises(ConfigurationError, match="no such alert"):
        act.ack(world.root, "nope", "ada")
    with pytest.raises(ConfigurationError, match="no pseudonym"):
        act.ack(world.root, alert.alert_id, "ada@acme.example")
    with pytest.raises(ConfigurationError, match="no state"):
        list_alerts(world.root, states=["opened"])


def test_the_file_is_private_and_knows_its_version(raised):
    world, _ = raised
    assert stat.S_IMODE(world.root.alerts.stat().st_mode) == 0o600
    with open_state(world.root) as connection, connection.begin():
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(ConfigurationError, match="version"):
        list_alerts(world.root)
