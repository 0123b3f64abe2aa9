"""A topic that nobody declared and that a night discovered raises an alert of its own."""

from datetime import timedelta

import pytest

from desk.alert.evaluate import evaluate, replay
from tests.desk.alert.world import DAY, HOUR, NOW, brands, chatter, rule, said

START = NOW - 35 * DAY
NIGHT = NOW - 10 * HOUR  # half past two, some hours before it is judged
TOPIC = "20261104-01"
NAMES = {TOPIC: "lid, hinge, snaps"}
RULES = brands(rule("topic", min_voices=6))


def talk(count, last, *, days=3, name="t", **more):
    """So many people within some days before a moment, evenly."""
    pace = days * DAY / count
    return [said(f"{name}{n}", last - days * DAY + n * pace, **more) for n in range(count)]


@pytest.fixture
def judged(world):
    """Land what is usual and what else is said, seal a night, and judge."""

    def judge(rows, topics, *, rules=RULES, at=NOW, **night):
        world.days([*chatter(START, NOW, every=4 * HOUR), *rows], START, NOW)
        world.night(NIGHT, topics, names=NAMES, **night)
        return evaluate(world.root, rules, at)

    return judge


def test_a_discovered_topic_that_is_new(judged):
    rows = talk(9, NIGHT)
    (alert,) = judged(rows, {TOPIC: rows}).raised
    assert alert.subject == f"acme/topic/found/{TOPIC}"
    assert alert.title == (
        "Acme: 9 people speak of “lid, hinge, snaps” in 3 days, nobody until now"
    )
    assert (alert.value, alert.usual, alert.mentions) == (9, 0, 9)
    assert (alert.detail["how"], alert.detail["topic_id"]) == ("new", TOPIC)
    assert {one.said for one in alert.behind} == {f"words of t{n}" for n in range(9)}
    assert alert.chart


def test_a_discovered_topic_that_grows_and_one_that_goes_on(judged):
    usual = [row for back in range(3, 20)
             for row in talk(2, NIGHT - back * DAY, days=1, name=f"u{back}-")]  # fmt: skip
    grown = talk(24, NIGHT)
    steady = [row for back in range(20)
              for row in talk(2, NIGHT - back * DAY, days=1, name=f"s{back}-")]  # fmt: skip
    topics = {TOPIC: [*usual, *grown], "20261101-02": steady}
    (alert,) = judged([*usual, *grown, *steady], topics).raised
    assert alert.detail["how"] == "growing"
    assert (alert.value, alert.usual) == (24, 6)


@pytest.mark.parametrize(
    "rows",
    [
        talk(5, NIGHT),
        talk(30, NIGHT, author="loud"),
        talk(30, NIGHT, bands=(1, 2)),
        talk(30, NIGHT, author="@acme@a.example", relation="owned"),
    ],
    ids=["too few", "one loud author", "one text passed on", "our own words"],
)
def test_what_is_no_topic_of_many(judged, rows):
    done = judged(rows, {TOPIC: rows})
    assert done.raised == done.held == ()


def test_a_rule_may_look_at_declared_topics_alone(judged):
    rows = talk(9, NIGHT)
    rules = brands(rule("topic", discovered=False), rule("topic", id="leaks", topics=["leak"]))
    assert judged(rows, {TOPIC: rows}, rules=rules).raised == ()


def test_what_is_declared_too_is_told_once(judged):
    rows = talk(9, NIGHT, topics=["leak"])
    done = judged(rows, {TOPIC: rows})
    by_subject = {one.subject: one for one in done.raised}
    declared, found = by_subject["acme/topic/leak"], by_subject[f"acme/topic/found/{TOPIC}"]
    assert found.part_of == declared.alert_id
    assert done.told == (declared.alert_id,)


def test_a_gap_in_these_days_holds_it_back(world):
    rows = talk(9, NIGHT)
    cut = NIGHT - 2 * DAY
    heard = [*chatter(START, NOW, every=4 * HOUR), *rows]
    world.days([row for row in heard if row["published_at"] < cut], START, cut)
    world.land([], cut, NIGHT - DAY, state="partial", reason="cut off")
    back = NIGHT - DAY
    world.days([row for row in heard if row["published_at"] >= back], back, NOW)
    world.night(NIGHT, {TOPIC: rows})
    done = evaluate(world.root, RULES, NOW)
    assert done.raised == ()
    assert [one.held_reason.partition(", ")[2] for one in done.held] == ["partial: cut off"]


def test_a_topic_that_another_took_in_goes_on_as_one_story(world):
    first = talk(9, NIGHT)
    other = talk(4, NIGHT, name="o")
    world.days([*chatter(START, NOW, every=4 * HOUR), *first, *other], START, NOW)
    world.night(NIGHT, {TOPIC: first, "20261103-09": other})
    (alert,) = evaluate(world.root, RULES, NOW).raised
    world.land(chatter(NOW, NOW + DAY, prefix="n"), NOW, NOW + DAY)
    world.night(NIGHT + DAY, {"20261103-09": [*first, *other]}, merged={TOPIC: "20261103-09"})
    later = evaluate(world.root, RULES, NOW + DAY)
    assert (later.raised, later.told, later.closed) == ((), (), ())
    world.night(NIGHT + 4 * DAY, {"20261103-09": [*first, *other]})
    world.land(chatter(NOW + DAY, NOW + 4 * DAY, prefix="m"), NOW + DAY, NOW + 4 * DAY)
    assert evaluate(world.root, RULES, NOW + 4 * DAY).closed == (alert.alert_id,)


def test_a_back_test_knows_only_the_nights_that_were_over(world):
    rows = talk(9, NIGHT - 2 * DAY)
    world.days([*chatter(START, NOW, every=4 * HOUR), *rows], START, NOW)
    world.night(NIGHT - 3 * DAY, {"20261101-01": rows[:3]})
    world.night(NIGHT - 2 * DAY, {TOPIC: rows}, names=NAMES)
    world.night(NIGHT + DAY, {TOPIC: [*rows, *talk(9, NIGHT)]})
    step = timedelta(hours=2)
    (alert,) = replay(world.root, RULES, NIGHT - 3 * DAY, NOW, step=step)
    assert alert.raised_at is not None
    assert NIGHT - 2 * DAY <= alert.raised_at < NIGHT - 2 * DAY + step
    assert alert.title.startswith("Acme: 9 people speak of “lid, hinge, snaps”")


def test_a_damaged_night_is_told_and_the_one_before_stands_in(world):
    rows = talk(9, NIGHT)
    world.days([*chatter(START, NOW, every=4 * HOUR), *rows], START, NOW)
    world.night(NIGHT, {TOPIC: rows})
    (world.root.topics / "2026-11-05.parquet").write_bytes(b"PAR1")
    done = evaluate(world.root, RULES, NOW)
    assert len(done.raised) == 1
    assert "no night of topics" in str(done.errors[0])


def test_nights_before_the_window_are_not_read_but_for_the_newest(world):
    rows = talk(9, NIGHT)
    world.days([*chatter(START, NOW, every=4 * HOUR), *rows], START, NOW)
    world.night(NIGHT, {TOPIC: rows})
    for day in ("2026-09-01", "2026-09-02"):
        (world.root.topics / f"{day}.parquet").write_bytes(b"PAR1")
    done = evaluate(world.root, RULES, NOW)
    assert len(done.raised) == 1
    (error,) = done.errors
    assert "2026-09-02" in str(error)
