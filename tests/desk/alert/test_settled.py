"""What people settled at the desk is no news: its alert is closed, with how and by whom."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.alert.evaluate import evaluate, replay
from desk.alert.read import list_alerts
from desk.alert.state import DELIVERY, RULING, open_state
from desk.state import open_state as open_desk
from desk.state import writing
from desk.work import outbox
from listening.cli.chain import tag_and_alert
from listening.contract import Correction, Decision
from listening.decide.seal import decision_facts, seal_rows
from tests.desk.alert.world import DAY, HOUR, NOW, brands, rule, said

START = NOW - 3 * DAY
LADDER = [{"after_minutes": 30, "channels": ["lead"]}]
FLAGS = brands(rule("legal_flag", owner="legal", escalate=LADDER))


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Hold the clock: decisions come an hour after what they are of."""
    monkeypatch.setenv("LISTENING_NOW", (NOW + HOUR).isoformat())


def judge_flag(root, row, label, kind="counterfeit", note="a licensed shop"):
    """A reviewer says of a suspicion what it is."""
    told = {
        "mention_id": row["mention_id"], "content_hash": row["content_hash"], "tagger": "flag",
        "target": kind, "label": label, "actor": "lena", "note": note,
    }  # fmt: skip
    seal_rows(root, "correction", [told])


def decide(root, kind, action, **more):
    seal_rows(root, kind, [decision_facts(Decision(kind, action, "lena", **more))])


@pytest.fixture
def shops(world):
    """Two suspicions of one kind, told as one alert."""
    rows = [said(f"shop{n}", NOW - n * HOUR, flags=["counterfeit"]) for n in (1, 2)]
    world.land(rows, START, NOW)
    (alert,) = evaluate(world.root, FLAGS, NOW).raised
    return world, rows, alert


def test_a_dismissed_flag_closes_its_alert_and_its_ladder(shops):
    world, rows, alert = shops
    judge_flag(world.root, rows[0], "dismissed")
    half = evaluate(world.root, FLAGS, NOW + HOUR)
    assert (half.closed, list_alerts(world.root)[0].value) == ((), 1)
    judge_flag(world.root, rows[1], "dismissed")
    assert evaluate(world.root, FLAGS, NOW + HOUR).closed == (alert.alert_id,)
    (closed,) = list_alerts(world.root)
    assert (closed.state, closed.closed_why) == ("closed", "dismissed")
    told = closed.detail["settled"]
    assert (told["by"], told["note"]) == ("lena", "a licensed shop")
    with open_state(world.root, write=False) as connection:
        states = connection.execute(sa.select(DELIVERY.c.state).where(DELIVERY.c.step > 0))
        assert states.scalars().all() == ["cancelled"]


def test_what_comes_after_a_dismissal_is_told_anew(shops):
    world, rows, alert = shops
    for row in rows:
        judge_flag(world.root, row, "dismissed")
    evaluate(world.root, FLAGS, NOW + HOUR)
    world.land([said("shop9", NOW + HOUR, flags=["counterfeit"])], NOW, NOW + 2 * HOUR)
    (fresh,) = evaluate(world.root, FLAGS, NOW + 2 * HOUR).raised
    assert (fresh.value, fresh.alert_id == alert.alert_id) == (1, False)


def test_what_grows_again_after_half_was_dismissed_is_told(shops):
    world, rows, alert = shops
    judge_flag(world.root, rows[0], "dismissed")
    evaluate(world.root, FLAGS, NOW + HOUR)
    world.land([said("shop9", NOW + HOUR, flags=["counterfeit"])], NOW, NOW + 2 * HOUR)
    assert evaluate(world.root, FLAGS, NOW + 2 * HOUR).told == (alert.alert_id,)


def test_a_dismissal_counts_for_the_words_that_were_read(shops):
    world, rows, _ = shops
    judge_flag(world.root, {**rows[0], "content_hash": "of older words"}, "dismissed")
    judge_flag(world.root, rows[1], "dismissed")
    judge_flag(world.root, rows[1], "confirmed")
    evaluate(world.root, FLAGS, NOW + HOUR)
    assert list_alerts(world.root)[0].value == 2


def test_a_case_that_is_closed_closes_it_and_one_that_is_opened_again_does_not(shops):
    world, rows, alert = shops
    decide(world.root, "case", "open", subject_id="C1")
    for row in rows:
        decide(world.root, "case", "attach", subject_id="C1", mention_id=row["mention_id"])
    assert evaluate(world.root, FLAGS, NOW + HOUR).closed == ()
    decide(world.root, "case", "close", subject_id="C1")
    assert evaluate(world.root, FLAGS, NOW + 2 * HOUR).closed == (alert.alert_id,)
    assert list_alerts(world.root)[0].closed_why == "case_closed"
    decide(world.root, "case", "reopen", subject_id="C1")
    (again,) = evaluate(world.root, FLAGS, NOW + 3 * HOUR).raised
    assert again.value == 2


def test_what_another_case_holds_is_not_settled(shops):
    world, rows, _ = shops
    for case in ("C1", "C2"):
        decide(world.root, "case", "open", subject_id=case)
        for row in rows:
            decide(world.root, "case", "attach", subject_id=case, mention_id=row["mention_id"])
    decide(world.root, "case", "close", subject_id="C1")
    assert evaluate(world.root, FLAGS, NOW + HOUR).closed == ()


@pytest.mark.parametrize(
    ("kind", "action", "flags", "settles"),
    [
        ("triage", "resolve", (), True),
        ("triage", "take", (), False),
        ("engage", "skip", (), True),
        ("triage", "dismiss", ("threat",), True),
        ("engage", "join", ("threat",), False),
    ],
)
def test_what_care_settled_waits_no_more(world, kind, action, flags, settles):
    row = said("late", NOW - 2 * HOUR, text="@acme broke", intents=["complaint"], flags=flags)
    world.land([row], START, NOW)
    rules = brands(rule("unanswered", owner="care"))
    (alert,) = evaluate(world.root, rules, NOW).raised
    decide(world.root, kind, action, mention_id=row["mention_id"], target="acme")
    done = evaluate(world.root, rules, NOW + timedelta(minutes=5))
    assert done.closed == ((alert.alert_id,) if settles else ())
    assert list_alerts(world.root)[0].closed_why == ("settled" if settles else "")


def test_a_conversation_that_was_left_alone_is_joined_by_none_of_its_copies(world):
    rows = [said(f"q{n}", NOW - HOUR, intents=["question"], bands=(7,)) for n in range(2)]
    world.land(rows, START, NOW)
    rules = brands(rule("join", owner="care"))
    (alert,) = evaluate(world.root, rules, NOW).raised
    decide(world.root, "engage", "skip", mention_id=rows[1]["mention_id"])
    assert evaluate(world.root, rules, NOW + HOUR).closed == (alert.alert_id,)


def test_the_fast_path_takes_it_from_the_desk_itself(shops, tmp_path, monkeypatch):
    """A reviewer's word at the desk reaches the alert with the next run, before any load."""
    world, rows, alert = shops
    monkeypatch.setenv("LISTENING_KEYS", str(tmp_path / "keys"))
    engine = open_desk(world.root, [outbox.ROOM])
    with writing(engine) as connection:
        for row in rows:
            word = Correction(
                row["mention_id"], row["content_hash"], "flag", "dismissed", "lena",
                target="counterfeit",
            )  # fmt: skip
            outbox.write(connection, word)
    engine.dispose()
    tag_and_alert(world.root, FLAGS)
    (closed,) = list_alerts(world.root)
    assert (closed.alert_id, closed.closed_why) == (alert.alert_id, "dismissed")


def test_a_back_test_tells_what_was_dismissed_later(shops):
    world, rows, _ = shops
    for row in rows:
        judge_flag(world.root, row, "dismissed")
    assert len(replay(world.root, FLAGS, NOW - 2 * HOUR, NOW)) == 1


def test_a_file_of_the_first_version_is_brought_up(shops):
    world, rows, alert = shops
    with open_state(world.root) as connection, connection.begin():
        RULING.drop(connection)
        connection.exec_driver_sql("PRAGMA user_version = 1")
    for row in rows:
        judge_flag(world.root, row, "dismissed")
    assert evaluate(world.root, FLAGS, NOW + HOUR).closed == (alert.alert_id,)
