"""A decoy, a gap and a slow rise give neither a false alarm nor silence."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from desk.alert.evaluate import evaluate, replay
from desk.alert.read import list_alerts
from desk.alert.state import DELIVERY, open_state
from tests.desk.alert.world import DAY, HOUR, NOW, brands, chatter, deleted, rule, said

START = NOW - 35 * DAY
OTHER = "hackernews--b.example--main"
RULES = brands(rule("volume_spike"), rule("issue"), rule("topic"), rule("sentiment_drop"))


def crowd(name, count, at, **more):
    """So many people in an hour, each once."""
    pace = HOUR / count
    return [said(f"{name}{n}", at + pace * n, **more) for n in range(count)]


def messages(world):
    with open_state(world.root, write=False) as connection:
        return connection.execute(sa.select(DELIVERY).order_by(DELIVERY.c.due_at)).all()


def test_a_crowd_is_a_spike_and_is_told_once(world):
    world.days([*chatter(START, NOW), *crowd("c", 20, NOW - 2 * HOUR)], START, NOW)
    first = evaluate(world.root, RULES, NOW)
    (alert,) = first.raised
    assert (alert.kind, alert.state, alert.owner) == ("volume_spike", "open", "pr")
    assert alert.value == 23  # 20 and the usual three
    assert (alert.usual, alert.high) == (3, 3 + 3 * 3**0.5)
    assert "usual are 3" in alert.title
    # The first three hours that were too many begin at eight.
    assert alert.published_at == NOW - 4 * HOUR + timedelta(minutes=7)
    assert len(alert.behind) == 20
    assert max(point["value"] for point in alert.chart) == 21
    again = evaluate(world.root, RULES, NOW)
    assert not again.raised
    assert not again.told
    assert [one.occasion for one in messages(world)] == ["raised"]


@pytest.mark.parametrize("more", [{"author": "loud"}, {"bands": (1, 2, 3)}])
def test_one_loud_author_and_one_copied_text_are_no_alarm(world, more):
    decoy = crowd("d", 60, NOW - 2 * HOUR, sentiment="negative", topics=["leak"],
                  intents=["complaint"], **more)  # fmt: skip
    world.days([*chatter(START, NOW), *decoy], START, NOW)
    done = evaluate(world.root, RULES, NOW)
    assert done.raised == done.held == ()
    assert done.batches == 6  # those of the window


def test_a_gap_holds_a_spike_back_and_whole_coverage_releases_it(world):
    """A stream that brings mentions was blocked: held, and told so; then raised, once."""
    world.days([*chatter(START, NOW), *crowd("c", 20, NOW - 2 * HOUR)], START, NOW)
    quiet = NOW - 8 * HOUR
    world.days(chatter(START, quiet, every=6 * HOUR, prefix="b", source="hackernews"), START, quiet,
               stream=OTHER)  # fmt: skip
    world.land([], quiet, NOW, stream=OTHER, state="blocked", reason="HTTP 403")
    held = evaluate(world.root, RULES, NOW)
    assert held.raised == ()
    (alert,) = held.held
    assert alert.held_reason == (f"{OTHER} from {quiet:%Y-%m-%d %H:%M} UTC, blocked: HTTP 403")
    assert messages(world) == []
    assert alert.raised_at is None
    later = NOW + HOUR
    world.land(chatter(quiet, later, every=6 * HOUR, prefix="late", source="hackernews"), quiet,
               later, stream=OTHER)  # fmt: skip
    world.land(chatter(NOW, later, prefix="next"), NOW, later)
    (raised,) = evaluate(world.root, RULES, later).raised
    assert (raised.alert_id, raised.raised_at, raised.found_at) == (alert.alert_id, later, NOW)
    assert raised.held_reason == alert.held_reason  # why it came late stays known
    assert [one.occasion for one in messages(world)] == ["raised"]


def test_what_was_held_and_not_borne_out_is_closed_in_silence(world):
    world.days([*chatter(START, NOW), *crowd("c", 20, NOW - 2 * HOUR)], START, NOW)
    quiet = NOW - 8 * HOUR
    world.days(chatter(START, quiet, every=6 * HOUR, prefix="b", source="hackernews"), START, quiet,
               stream=OTHER)  # fmt: skip
    assert len(evaluate(world.root, RULES, NOW).held) == 1
    later = NOW + HOUR
    world.land([deleted(f"c{n}", later) for n in range(20)], NOW, later)
    world.land([], quiet, later, stream=OTHER)
    done = evaluate(world.root, RULES, later)
    (alert,) = list_alerts(world.root, states=["closed"])
    assert done.closed == (alert.alert_id,)
    assert alert.closed_why == "not_borne_out"
    # Deleted at the source: nothing of them stays.
    assert not [one for one in alert.behind if one.said.startswith("words of c")]
    assert messages(world) == []


def test_a_gap_does_not_make_the_hours_after_it_look_like_a_spike(world):
    """A week without the stream: its return to the usual is no news."""
    usual = chatter(START, NOW)
    gone, back = NOW - 8 * DAY, NOW - DAY
    heard = [row for row in usual if not gone <= row["published_at"] < back]
    world.days([row for row in heard if row["published_at"] < gone], START, gone)
    world.land([], gone, back, state="blocked", reason="HTTP 403")
    world.days([row for row in heard if row["published_at"] >= back], back, NOW)
    done = evaluate(world.root, brands(*RULES.alerts, rule("source_silent")), NOW)
    assert done.raised == done.held == ()


def rise(first_week, second_week):
    """Complaints a day over two weeks, spread so that no day stands out."""
    rows = []
    for day in range(14):
        count = first_week if day < 7 else second_week
        rows += crowd(f"r{day}-", count, NOW - (14 - day) * DAY, sentiment="negative",
                      topics=["leak"], intents=["complaint"])  # fmt: skip
    return rows


def test_a_slow_rise_that_no_day_shows_is_an_issue(world):
    world.days([*chatter(START, NOW), *rise(1, 3)], START, NOW)
    (alert,) = [one for one in evaluate(world.root, RULES, NOW).raised if one.kind == "issue"]
    assert alert.detail["how"] == "slow rise"
    assert (alert.value, alert.usual) == (21, 7)
    assert alert.subject == "acme/issue/leak"


def test_a_steady_stream_of_complaints_is_no_issue(world):
    rows = [
        row for day in range(35)
        for row in crowd(f"r{day}-", 3, NOW - (35 - day) * DAY, sentiment="negative",
                         topics=["leak"], intents=["complaint"])
    ]  # fmt: skip
    world.days([*chatter(START, NOW), *rows], START, NOW)
    assert [one for one in evaluate(world.root, RULES, NOW).raised if one.kind == "issue"] == []


def test_a_gap_in_the_week_before_holds_a_slow_rise_back(world):
    """Half a week unheard makes any week after it look like a rise."""
    rows = [*chatter(START, NOW), *rise(1, 3)]
    gone, back = NOW - 12 * DAY, NOW - 9 * DAY
    world.days([row for row in rows if row["published_at"] < gone], START, gone)
    world.land([], gone, back, state="partial", reason="cut")
    world.days([row for row in rows if row["published_at"] >= back], back, NOW)
    done = evaluate(world.root, brands(rule("issue")), NOW)
    assert done.raised == ()
    assert [one.held_reason.split(",")[1].strip() for one in done.held] == ["partial: cut"]
    world.land([row for row in rows if gone <= row["published_at"] < back], gone, NOW)
    (alert,) = evaluate(world.root, brands(rule("issue")), NOW).raised
    assert alert.detail["how"] == "slow rise"


def test_without_a_past_nothing_is_usual_and_it_says_so(world):
    world.days(crowd("c", 20, NOW - 2 * HOUR), NOW - 6 * DAY, NOW)
    done = evaluate(world.root, brands(rule("volume_spike")), NOW)
    assert done.raised == ()
    assert done.held == () or "no baseline" in done.held[0].held_reason


def test_one_story_told_by_two_rules_of_one_owner_is_one_message(world):
    bad = crowd("c", 30, NOW - 2 * HOUR, sentiment="negative", topics=["leak"],
                intents=["complaint"])  # fmt: skip
    world.days([*chatter(START, NOW), *bad], START, NOW)
    done = evaluate(
        world.root, brands(*RULES.alerts, rule("topic", id="theirs", owner="product")), NOW
    )
    by_rule = {one.rule_id: one for one in done.raised}
    assert set(by_rule) == {"volume_spike", "issue", "topic", "sentiment_drop", "theirs"}
    spike = by_rule.pop("volume_spike")
    parts = {one.part_of for name, one in by_rule.items() if name != "theirs"}
    assert parts == {spike.alert_id}
    assert by_rule["theirs"].part_of is None  # another owner must hear it, too
    assert len(messages(world)) == 2


def test_a_back_test_says_the_same_and_writes_nothing(world):
    world.days([*chatter(START, NOW), *crowd("c", 20, NOW - 2 * DAY)], START, NOW)
    found = replay(world.root, RULES, NOW - 3 * DAY, NOW, step=timedelta(hours=2))
    assert [(one.kind, one.closed_why) for one in found] == [("volume_spike", "over")]
    assert found[0].raised_at == NOW - 2 * DAY + 2 * HOUR or found[0].raised_at == NOW - 2 * DAY
    assert not world.root.alerts.exists()


def test_a_part_that_grows_when_the_whole_is_over_is_told_after_all(world):
    """The spike ends, the complaints go on and double: their owner hears of it."""
    bad: dict[str, Any] = {"sentiment": "negative", "topics": ["leak"], "intents": ["complaint"]}
    rows = [*chatter(START, NOW, every=2 * HOUR), *crowd("c", 12, NOW - 2 * HOUR, **bad)]
    world.days(rows, START, NOW)
    rules = brands(rule("volume_spike"), rule("issue"))
    spike, issue = sorted(evaluate(world.root, rules, NOW).raised, key=lambda one: one.kind)[::-1]
    assert issue.part_of == spike.alert_id
    later = NOW + 30 * HOUR
    more = [said(f"m{n}", NOW + 12 * HOUR + n * timedelta(minutes=50), **bad) for n in range(20)]
    world.land([*chatter(NOW, later, every=2 * HOUR, prefix="n"), *more], NOW, later)
    done = evaluate(world.root, rules, later)
    assert done.closed == (spike.alert_id,)
    assert (done.raised, done.told) == ((), (issue.alert_id,))
