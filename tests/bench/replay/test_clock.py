"""The clock decides what is there: later never means less, but for what was deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.replay.timeline import Author, Entry, followers, grown, look
from tests.bench.replay.conftest import NOON, ask, said

hours = st.floats(0, 2000)


@given(final=st.integers(0, 10**6), half_life=st.floats(0.1, 500), first=hours, second=hours)
def test_counts_never_shrink(final, half_life, first, second):
    """A later look shows at least as much, and never more than the end."""
    item = Entry.model_validate(said(1, title="T", half_life_hours=half_life))
    early, late = (
        grown(final, item, item.published_at + timedelta(hours=hour))
        for hour in sorted((first, second))
    )
    assert 0 <= early <= late <= final


@given(count=st.integers(0, 500), gains=st.floats(0, 50), first=hours, second=hours)
def test_followers_never_shrink(count, gains, first, second):
    """Followers start at their number and grow."""
    author = Author(handle="a", followers=count, gains=gains)
    early, late = (
        followers(author, NOON, NOON + timedelta(hours=hour)) for hour in sorted((first, second))
    )
    assert count <= early <= late


def test_a_small_count_arrives():
    """A single like is there after one half-life; rounding does not keep it away for ever."""
    item = Entry.model_validate(said(1, title="T"))
    moments = (timedelta(0), timedelta(hours=7), timedelta(hours=9))
    assert [grown(1, item, item.published_at + age) for age in moments] == [0, 0, 1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(first=st.integers(0, 200), second=st.integers(0, 200))
def test_what_was_said_stays_said(make, first, second):
    """Without deletions, every timeline at a later moment holds the earlier one."""
    items = [said(n, likes=n, shares=n) for n in range(1, 60)]
    world = make({"mastodon": items})
    early, late = sorted((first, second))

    def ids(hour: int) -> set[str]:
        at = NOON - timedelta(days=5) + timedelta(hours=hour)
        answer = ask(
            world, "mastodon.example", "/api/v1/timelines/tag/kite", at, limit=40, min_id=0
        )
        return {status["id"] for status in json.loads(answer.body)}

    assert ids(early) <= ids(late)


def test_nothing_is_served_before_it_is_said():
    """The moment of publication is the first at which it can be seen."""
    item = Entry.model_validate(said(1, title="T"))
    assert look(item, item.published_at - timedelta(microseconds=1)) is None
    assert look(item, item.published_at) is not None


def test_the_same_moment_gives_the_same_bytes(make):
    """With the clock held, asking again changes nothing, headers of pace aside."""
    item: dict[str, Any] = said(1, title="T", comments=9)
    world = make({"rss": [item], "atom": [item]})
    for host in ("rss.example", "atom.example"):
        assert ask(world, host, "/feed.xml") == ask(world, host, "/feed.xml")
