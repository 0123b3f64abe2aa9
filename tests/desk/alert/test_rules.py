"""What each kind of rule finds, and what it leaves alone, at its limits."""

from datetime import timedelta
from typing import Any

import duckdb
import pytest

from desk.alert.evaluate import evaluate
from tests.desk.alert.world import (
    DAY,
    HOUR,
    NOW,
    brands,
    chatter,
    counted,
    rule,
    said,
)

START = NOW - 3 * DAY
MINUTE = timedelta(minutes=1)


@pytest.fixture
def found(world):
    """Land rows and looks of one stream, judge one rule, and return what it raised."""

    def judge(one, rows, looks=(), *, now=NOW, start=START):
        world.days(rows, start, now)
        if looks:
            world.land(looks, start, now, kind="engagement")
        done = evaluate(world.root, brands(one), now)
        return [*done.raised, *done.held]

    return judge


# --- one post -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("likes", "raised"), [(499, 0), (500, 1)])
def test_a_post_that_reaches_a_count(found, likes, raised):
    rows = [said("p", NOW - 5 * HOUR, likes=10)]
    looks = [counted("p", NOW - 2 * HOUR, likes=likes), counted("p", NOW - HOUR, likes=likes)]
    alerts = found(rule("post_count", metric="likes", at_least=500), rows, looks)
    assert len(alerts) == raised
    for one in alerts:
        assert (one.value, one.high, one.unit) == (likes, 500, "likes")
        assert one.began_at == NOW - 2 * HOUR  # when it crossed
        assert one.behind[0].note == f"{likes} likes"


def test_engagement_is_what_is_told_of_likes_shares_and_comments(found):
    rows = [said("p", NOW - 5 * HOUR, likes=60, shares=40, views=9000)]
    (alert,) = found(rule("post_count", at_least=100), rows)
    assert alert.value == 100


@pytest.mark.parametrize(
    ("said_by", "raised"),
    [("anyone", {"ours", "theirs"}), ("brand", {"ours"}), ("others", {"theirs"})],
)  # fmt: skip
def test_whose_posts_a_rule_looks_at(found, said_by, raised):
    rows = [
        said("ours", NOW - 5 * HOUR, "@acme@a.example", likes=900, relation="owned"),
        said("theirs", NOW - 5 * HOUR, "ann", likes=900),
        said("old", NOW - 70 * HOUR, "ann", likes=900),
        said("spam", NOW - 5 * HOUR, "bob", likes=900, intents=["spam"]),
    ]
    one = rule("post_count", metric="likes", at_least=500, said_by=said_by, max_age_hours=24)
    alerts = found(one, rows)
    assert {a.behind[0].said.removeprefix("words of ") for a in alerts} == raised


def test_copies_of_one_post_are_one_story(found):
    rows = [said(f"p{n}", NOW - 5 * HOUR, likes=600 + n, bands=(7, n)) for n in range(3)]
    (alert,) = found(rule("post_count", metric="likes", at_least=500), rows)
    assert (alert.value, alert.mentions) == (602, 3)


def test_a_post_that_gains_fast_and_one_that_gains_slowly(found):
    rows = [said("fast", NOW - 10 * HOUR, shares=5), said("slow", NOW - 10 * HOUR, shares=5)]
    looks = [counted("fast", NOW - 9 * HOUR, shares=6),
             counted("fast", NOW - 9 * HOUR + 30 * MINUTE, shares=66),
             counted("slow", NOW - HOUR, shares=106)]  # fmt: skip
    one = rule("post_velocity", metric="shares", per_hour=100, at_least=50)
    (alert,) = found(one, rows, looks)
    assert (alert.value, alert.high, alert.detail["gained"]) == (120, 100, 60)
    assert alert.began_at == NOW - 9 * HOUR + 30 * MINUTE


def test_a_young_post_beside_the_usual_of_its_age(found, world):
    """Never what is old, speaks badly, is flagged, or is a rival's."""
    world.root.published.mkdir(parents=True)
    with duckdb.connect(world.root.published / "marketing.duckdb") as published:
        published.execute(
            "CREATE TABLE engagement_usual AS SELECT * FROM (VALUES"
            " ('acme', 'mastodon', 'public', 6, 9, 20.0::DOUBLE),"
            " ('acme', 'mastodon', 'brand', 6, 4, 1.0)"
            ") AS t(brand_id, channel, said_by, age_h, posts, usual_engagement)"
        )
    seen: dict[str, Any] = {"seen": NOW - HOUR}
    at = NOW - 5 * HOUR
    rows = [
        said("good", at, likes=50, **seen),
        said("meagre", at, likes=39, **seen),
        said("bad", at, likes=50, sentiment="negative", **seen),
        said("flagged", at, likes=50, flags=["threat"], **seen),
        said("few", at, "@acme@a.example", likes=50, **seen),  # four posts say nothing
        said("comment", at, likes=50, kind="comment", **seen),
    ]
    (alert,) = found(rule("amplify"), rows)
    assert alert.behind[0].said == "words of good"
    assert (alert.value, alert.usual, alert.high) == (50, 20, 40)
    assert evaluate(world.root, brands(rule("amplify")), NOW + 2 * DAY).closed == (alert.alert_id,)


# --- suspicions ---------------------------------------------------------------------------------


def test_flags_by_kind_and_severity(found):
    rows = [
        said("shop", NOW - 5 * HOUR, flags=["counterfeit"]),
        said("shop2", NOW - 4 * HOUR, flags=["counterfeit"]),
        said("victim", NOW - 3 * HOUR, flags=["doxxing", "personal_data"], brand=None),
        said("victim2", NOW - 2 * HOUR, flags=["doxxing"]),
        said("talk", NOW - HOUR, flags=["legal_talk"]),
        said("ours", NOW - HOUR, "@acme@a.example", flags=["trademark"], relation="owned"),
    ]
    alerts = {one.title: one for one in found(rule("legal_flag", owner="legal"), rows)}
    assert set(alerts) == {
        "Acme: counterfeit suspected in 2 different mentions",
        "No brand named: doxxing and personal data suspected in 1 mention",
        "Acme: doxxing suspected in 1 mention",
    }
    shops = alerts["Acme: counterfeit suspected in 2 different mentions"]
    assert (shops.severity, shops.behind[0].note) == (2, "says counterfeit")
    assert alerts["Acme: doxxing suspected in 1 mention"].severity == 3


def test_what_is_offered_under_our_name_is_one_story(found):
    rows = [
        said("copy", NOW - 5 * HOUR, flags=["counterfeit"]),
        said("mark", NOW - 4 * HOUR, flags=["trademark"]),
    ]
    (alert,) = found(rule("legal_flag", owner="legal"), rows)
    assert alert.title == "Acme: counterfeit and trademark suspected in 2 different mentions"


def test_a_flag_below_the_rule_and_copies_of_one_text(found):
    rows = [said(f"leak{n}", NOW - HOUR, flags=["credential_leak"], bands=(5,)) for n in range(4)]
    rows.append(said("threat", NOW - HOUR, flags=["threat"]))
    kinds = ["credential_leak"]
    (alert,) = found(rule("legal_flag", owner="legal", kinds=kinds, min_score=0.8), rows)
    assert (alert.value, alert.mentions) == (1, 4)  # one text, four who pass it on
    assert all(one.said == "" for one in alert.behind)  # it may expose somebody: nothing is copied


# --- what waits ---------------------------------------------------------------------------------


def asked(name, at, author="", **more):
    return said(name, at, author, text="@acme it broke", **{"intents": ["complaint"], **more})


def test_who_waits_past_the_promise(found):
    """Wednesday 10:00 is due 10:30; what was said at 11:45 is not yet."""
    rows = [
        asked("late", NOW - 2 * HOUR),
        asked("soon", NOW - 15 * MINUTE),
        asked("praise", NOW - 2 * HOUR, intents=["praise"]),
        asked("ask", NOW - 2 * HOUR, intents=["question"]),  # no priority by default
        said("hashtag", NOW - 2 * HOUR, text="#acme it broke", intents=["complaint"]),
        asked("answered", NOW - 3 * HOUR, "ann"),
        said("reply", NOW - 2 * HOUR, "@acme@a.example", parent_native_id="answered",
             relation="owned", kind="comment"),
        asked("machine", NOW - 3 * HOUR, "bob"),
        said("receipt", NOW - 3 * HOUR + timedelta(seconds=20), "@acme@a.example",
             parent_native_id="machine", relation="owned", kind="comment"),
        asked("review", NOW - 3 * HOUR, kind="review", source="appstore", relation="owned"),
    ]  # fmt: skip
    (alert,) = found(rule("unanswered", owner="care"), rows)
    assert {one.said for one in alert.behind} == {"@acme it broke"}
    assert {one.author for one in alert.behind} == {"by-late", "bob"}
    assert alert.value == 2
    # 9:00 is due 9:30, 150 minutes ago.
    assert alert.title == "Acme: 2 priority mentions wait past the promise, the longest by 2 h"


def test_an_answer_closes_it(found, world):
    (alert,) = found(rule("unanswered", owner="care"), [asked("late", NOW - 2 * HOUR, "ann")])
    later = NOW + HOUR
    reply = said("reply", NOW + MINUTE, "@acme@a.example", parent_native_id="late", kind="comment",
                 relation="owned")  # fmt: skip
    world.land([reply], NOW, later)
    done = evaluate(world.root, brands(rule("unanswered", owner="care")), later)
    assert done.closed == (alert.alert_id,)


def test_conversations_to_join(found):
    at = NOW - 2 * HOUR
    need: dict[str, Any] = {
        "intents": ["question"],
        "relation": "off_channel",
        "source": "hackernews",
    }
    rows = [
        said("open", at, views=50, **need),
        said("big", at, views=500, **need),
        said("copy", at, bands=(3,), **need),
        said("copy2", at, bands=(3,), **need),
        said("flagged", at, flags=["threat"], **need),
        said("done", at, thread_native_id="t", **need),
        said("ours", at, "acme_eng", source="hackernews", thread_native_id="t", relation="owned"),
        said("tagged", at, text="@acme?", **{**need, "relation": "tagged", "source": "mastodon"}),
        said("old", NOW - 30 * HOUR, **need),
        said("news", at, **{**need, "source": "rss"}),
    ]
    (alert,) = found(rule("join", owner="care"), rows)
    assert alert.value == 3
    assert alert.behind[0].said == "words of big"
    assert alert.behind[0].reply_link == "https://news.ycombinator.com/reply?id=big"


# --- streams ------------------------------------------------------------------------------------


def test_a_stream_that_is_blocked_or_not_looked_at(found, world):
    world.land([], NOW - 9 * HOUR, NOW - HOUR, stream="web--b--none", state="blocked", reason="403")
    world.land([], NOW - DAY, NOW - 5 * HOUR, stream="rss--c--feed")
    world.land([], NOW - DAY, NOW - 2 * HOUR, stream="rss--d--feed")
    titles = {one.title for one in found(rule("source_silent"), [said("p", NOW - DAY)])}
    assert titles == {"rss--c--feed: not heard wholly for 5 h, not looked at"}
    later = evaluate(world.root, brands(rule("source_silent")), NOW + 2 * HOUR)
    assert {one.detail["stream"] for one in later.raised} == {"web--b--none", "rss--d--feed"}
    world.land([], NOW - DAY, NOW + 3 * HOUR, stream="rss--c--feed")
    healed = evaluate(world.root, brands(rule("source_silent")), NOW + 3 * HOUR)
    assert len(healed.closed) == 1


def test_a_stream_that_serves_nothing_where_it_used_to(found):
    start = NOW - 29 * DAY
    rows = chatter(start, NOW - 20 * HOUR)
    (alert,) = found(rule("source_silent", missing=15), rows, start=start)
    assert (alert.value, alert.usual) == (0, 20)
    assert "where 20 mentions are usual" in alert.title


def test_a_stream_that_is_silent_every_night_is_not_missing(found):
    start = NOW - 29 * DAY
    rows = [row for row in chatter(start, NOW - 10 * HOUR) if row["published_at"].hour < 3]
    assert found(rule("source_silent", missing=5), rows, start=start) == []


# --- how well, and how much beside others -------------------------------------------------------


@pytest.mark.parametrize("hour", [2, 20])
def test_what_is_usual_is_told_by_the_hour_of_the_week(found, hour):
    """Twenty people an hour every evening at eight are no news; at two in the night they are."""
    start, now = NOW - 35 * DAY, NOW.replace(hour=0)
    evenings = [
        said(f"e{day}-{n}", start.replace(hour=20) + day * DAY + n * MINUTE)
        for day in range(34)
        for n in range(20)
    ]
    crowd = [said(f"n{n}", now - DAY + hour * HOUR + n * MINUTE, bands=()) for n in range(3)]
    night = [
        said(f"x{n}", now - DAY + hour * HOUR + n * MINUTE) for n in range(20 if hour == 2 else 3)
    ]
    alerts = found(rule("volume_spike", hours=1), [*evenings, *crowd, *night], start=start, now=now)
    assert len(alerts) == (1 if hour == 2 else 0)


def test_sentiment_that_falls_below_its_usual(found):
    start = NOW - 35 * DAY
    good = chatter(start, NOW, sentiment="positive")
    bad = [said(f"bad{n}", NOW - 10 * HOUR + n * MINUTE, sentiment="negative") for n in range(20)]
    (alert,) = found(rule("sentiment_drop", min_authors=5), [*good, *bad], start=start)
    assert alert.usual == 1
    assert alert.value == pytest.approx((24 - 20) / 44, abs=0.05)
    assert alert.low <= 0.75
    assert "negative" not in alert.title
    assert alert.behind[0].said.startswith("words of bad")


def test_a_share_of_voice_that_moves(found):
    start = NOW - 29 * DAY
    ours = chatter(start, NOW, every=4 * HOUR, prefix="a")
    theirs = chatter(start, NOW, every=4 * HOUR, prefix="r", brand="rival")
    more = chatter(NOW - 3 * DAY, NOW, prefix="m", brand="rival")
    one = rule("voice_shift", days=3, weeks=3, owner="executive")
    alerts = found(one, [*ours, *theirs, *more], start=start)
    assert [(a.subject, round(a.usual, 2)) for a in alerts] == [("acme/voice/fell", 0.5)]
    assert alerts[0].value == pytest.approx(18 / 108, abs=0.02)


def test_a_rule_filters_by_product_topic_and_source(found):
    at = NOW - HOUR
    rows = [
        said("k2", at, product="k2", flags=["safety"]),
        said("other", at, flags=["safety"]),
        said("elsewhere", at, product="k2", flags=["safety"], source="reddit"),
    ]
    one = rule("legal_flag", owner="legal", products=["k2"], sources=["mastodon"])
    (alert,) = found(one, rows)
    assert [each.said for each in alert.behind] == ["words of k2"]
