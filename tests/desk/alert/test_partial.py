"""Where a stream was not heard: what may be wrong is held, the rest is told and says so."""

from datetime import timedelta

import duckdb
import pytest

from desk.alert.evaluate import evaluate
from desk.alert.read import list_alerts
from tests.desk.alert.world import DAY, HOUR, NOW, brands, chatter, rule, said

START = NOW - 33 * DAY
OTHER = "hackernews--b.example--main"
CUT = NOW - 6 * HOUR  # from here on the other stream was blocked
WHY = f"{OTHER} from {CUT:%Y-%m-%d %H:%M} UTC, blocked: HTTP 403"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def partial(world):
    """Two streams that bring what is said of the brand; one was blocked for six hours."""

    def land(rows, *, every=3 * HOUR):
        heard = [one for one in rows if one["source"] == "mastodon"]
        usual = chatter(START, NOW, every=every, sentiment="positive")
        rival = chatter(START, NOW, every=every, brand="rival", prefix="r")
        world.days([*usual, *rival, *heard], START, NOW)
        other = [one for one in rows if one["source"] == "hackernews"]
        before = chatter(START, CUT, every=DAY, source="hackernews", prefix="h")
        world.days([*before, *(one for one in other if one["published_at"] < CUT)], START, CUT,
                   stream=OTHER)  # fmt: skip
        world.land([], CUT, NOW, stream=OTHER, state="blocked", reason="HTTP 403")
        return world

    return land


def crowd(count, **more):
    return [said(f"c{n}", NOW - 5 * HOUR + n * 4 * MINUTE, **more) for n in range(count)]


BAD = {"sentiment": "negative", "topics": ["leak"], "intents": ["complaint"]}


@pytest.mark.parametrize(
    "one",
    [
        rule("volume_spike"),
        rule("sentiment_drop", min_scored=10),
        rule("topic"),
        rule("issue"),
        rule("voice_shift", days=1, min_voices=10),
    ],
    ids=lambda one: one.kind,
)
def test_a_figure_that_compares_counts_is_held(partial, one):
    world = partial(crowd(40, **BAD))
    done = evaluate(world.root, brands(one), NOW)
    assert done.raised == ()
    assert {alert.held_reason for alert in done.held} == {WHY}


def baseline(world):
    world.root.published.mkdir(parents=True)
    with duckdb.connect(world.root.published / "marketing.duckdb") as published:
        published.execute(
            "CREATE TABLE engagement_usual AS SELECT 'acme' AS brand_id, 'mastodon' AS channel,"
            " 'public' AS said_by, 1 AS age_h, 9 AS posts, 20.0::DOUBLE AS usual_engagement"
        )


@pytest.mark.parametrize(
    ("one", "said_so"),
    [
        (rule("post_count", at_least=500), {"likes": 600}),
        (rule("post_velocity", per_hour=100, at_least=50), {"likes": 600}),
        (rule("legal_flag", owner="legal"), {"flags": ["doxxing"]}),
        (rule("amplify"), {"likes": 600}),
        (rule("join", owner="care"), {"intents": ["question"], "relation": "off_channel"}),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_what_is_true_whatever_else_was_said_is_told_and_marked(partial, one, said_so):
    world = partial([said("p", NOW - 5 * HOUR, **said_so)])
    baseline(world)
    (alert,) = evaluate(world.root, brands(one), NOW).raised
    assert (alert.state, alert.unheard) == ("open", WHY)
    world.land([], CUT, NOW + HOUR, stream=OTHER)
    world.land([], NOW, NOW + HOUR)
    evaluate(world.root, brands(one), NOW + HOUR)
    assert list_alerts(world.root)[0].unheard == ""  # it was heard after all


def asked(name, at, source):
    return said(name, at, source=source, kind="post", text="@acme_eng @acme@a.example broke",
                intents=["complaint"])  # fmt: skip


def test_an_answer_that_may_be_unheard_holds_back_what_waits_for_four_hours(partial):
    """Only of the source that was not heard, and no longer than that."""
    rules = brands(rule("unanswered", owner="care"))
    world = partial([asked("there", CUT - 20 * MINUTE, "hackernews")])
    # Said at 5:40, due when the day begins at nine: 9:30.
    held = evaluate(world.root, rules, NOW)
    assert held.raised == ()
    assert [one.held_reason for one in held.held] == [WHY]
    world.land([asked("here", NOW - HOUR, "mastodon")], NOW - HOUR, NOW)
    (sure,) = evaluate(world.root, rules, NOW + MINUTE).raised
    assert (sure.value, sure.detail["uncertain"], sure.unheard) == (1, 1, "")
    world.land([], NOW, NOW + 2 * HOUR)
    late = evaluate(world.root, rules, NOW + 2 * HOUR)
    assert late.raised == ()
    (alert,) = list_alerts(world.root)
    assert (alert.value, alert.detail["uncertain"]) == (2, 0)
    assert alert.unheard.startswith(OTHER)


def test_an_answer_that_was_heard_late_closes_it_in_silence(partial):
    rules = brands(rule("unanswered", owner="care"))
    world = partial([asked("there", CUT - 20 * MINUTE, "hackernews")])
    evaluate(world.root, rules, NOW)
    reply = said("reply", CUT + HOUR, "acme_eng", source="hackernews", parent_native_id="there",
                 kind="comment", relation="owned")  # fmt: skip
    world.land([reply], CUT, NOW, stream=OTHER)
    done = evaluate(world.root, rules, NOW + MINUTE)
    (alert,) = list_alerts(world.root)
    assert (done.told, alert.closed_why, alert.raised_at) == ((), "answered", None)


def test_days_that_were_not_heard_say_nothing_of_what_is_usual(world):
    """Half of the fortnight before is missing: what goes on as ever is no growth."""
    rows = chatter(START, NOW, every=2 * HOUR, topics=["leak"])
    gone, back = NOW - 17 * DAY, NOW - 11 * DAY
    world.days([one for one in rows if one["published_at"] < gone], START, gone)
    world.land([], gone, back, state="blocked", reason="HTTP 403")
    world.days([one for one in rows if one["published_at"] >= back], back, NOW)
    done = evaluate(world.root, brands(rule("topic", times_usual=1.3, deviations=1)), NOW)
    assert done.raised == done.held == ()
