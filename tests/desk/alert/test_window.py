"""A poll counts columns: it makes no object of a mention that nobody looks at alone."""

import os
from datetime import timedelta
from itertools import combinations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.alert.evaluate import evaluate
from desk.alert.ruling import Rulings
from desk.alert.state import FOLDER, MENTION, PACKED, open_state
from desk.alert.take import WINDOW
from desk.alert.window import Window, as_table
from tests.desk.alert.world import DAY, HOUR, NOW, brands, chatter, counted, rule, said

START = NOW - 35 * DAY
COUNTING = (
    rule("volume_spike"), rule("sentiment_drop"), rule("topic"), rule("issue"),
    rule("voice_shift", min_voices=5), rule("legal_flag", owner="legal"),
    rule("post_count", at_least=100), rule("post_velocity", per_hour=100), rule("amplify"),
    rule("unanswered", owner="care"), rule("join", owner="care"), rule("source_silent"),
)  # fmt: skip


@pytest.fixture
def made(monkeypatch):
    """Say of which mentions an object was made."""
    ids, make = [], Window._make

    def note(window, place):
        one = make(window, place)
        ids.append(one.mention_id)
        return one

    monkeypatch.setattr(Window, "_make", note)
    return ids


def test_a_quiet_month_makes_few_objects(world, made):
    usual = chatter(START, NOW, every=3 * HOUR, likes=3, topics=["leak"])
    rival = chatter(START, NOW, every=6 * HOUR, brand="rival", prefix="r")
    world.days([*usual, *rival], START, NOW)
    done = evaluate(world.root, brands(*COUNTING), NOW)
    assert done.raised == ()
    assert len(made) <= 2  # one for each brand and stream, to know who brings what


def test_a_post_is_looked_at_where_its_counts_may_cross_a_limit(world, made):
    rows = [said(f"p{n}", NOW - 5 * HOUR, likes=n) for n in range(12)]
    world.land(rows, NOW - DAY, NOW)
    world.land([counted("p3", NOW - HOUR, likes=90)], NOW - HOUR, NOW, kind="engagement")
    (alert,) = evaluate(world.root, brands(rule("post_count", at_least=80)), NOW).raised
    assert alert.value == 90
    assert len(set(made)) <= 2


def test_the_window_is_swept_once_an_hour_and_counts_nothing_older_meanwhile(world):
    """What left the window since the last sweep is counted no more."""
    old = NOW - WINDOW + timedelta(minutes=5)
    world.land([said("old", old, flags=["doxxing"])], old - HOUR, NOW)
    rules = brands(rule("source_silent"))
    evaluate(world.root, rules, NOW)
    for at in (NOW, NOW + timedelta(minutes=20)):
        evaluate(world.root, rules, at)
    with open_state(world.root) as connection, connection.begin():
        since = (NOW + timedelta(minutes=20) - WINDOW).timestamp()
        assert len(Window.read(connection, since, NOW.timestamp(), Rulings()).all) == 0
        assert len(Window.read(connection, since - 3600, NOW.timestamp(), Rulings()).all) == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=9))
def test_people_are_those_who_can_each_be_given_a_text_of_their_own(pairs):
    """Beside every way to pair them up; never more than either count."""
    rows = [
        (f"m{n}", None, n, n, "s", "t", "c", "post", f"a{who}", None, None, "", f"k{text}", "[]",
         "[]", "[]", 0, "", "[]", "neutral", 0)
        for n, (who, text) in enumerate(sorted(pairs))
    ]  # fmt: skip
    said = Window(as_table(rows), Rulings()).all
    most = max(
        len(chosen)
        for size in range(len(pairs) + 1)
        for chosen in combinations(pairs, size)
        if len({who for who, _ in chosen}) == len({text for _, text in chosen}) == size
    )
    assert said.people() == most <= said.voices()


def packed(root):
    with open_state(root, write=False) as connection, connection.begin():
        return set(connection.scalars(sa.select(PACKED.c.day)))


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM mention WHERE mention_id = :id",
        "UPDATE mention SET cluster_id = 'x' WHERE mention_id = :id",
        "DELETE FROM about WHERE mention_id = :id",
        "INSERT OR REPLACE INTO mention SELECT * FROM mention WHERE mention_id = :id",
    ],
)
def test_whatever_changes_a_mention_unpacks_its_day_alone(world, change):
    """So does an erasure, which knows nothing of packed days."""
    rows = chatter(NOW - 6 * DAY, NOW, every=6 * HOUR)
    world.days(rows, NOW - 6 * DAY, NOW)
    rules = brands(rule("source_silent"))
    evaluate(world.root, rules, NOW)
    before = packed(world.root)
    day = int(rows[0]["published_at"].timestamp() // 86_400)
    assert {day, day + 1} < before
    with open_state(world.root) as connection, connection.begin():
        connection.execute(sa.text(change), {"id": rows[0]["mention_id"]})
    assert packed(world.root) == before - {day}
    evaluate(world.root, rules, NOW + timedelta(seconds=30))
    with open_state(world.root) as connection, connection.begin():
        since = (NOW - 7 * DAY).timestamp()
        said = Window.read(connection, since, NOW.timestamp(), Rulings()).all
        fresh = connection.execute(sa.select(MENTION.c.mention_id).order_by("published_at"))
        assert [one.mention_id for one in said] == fresh.scalars().all()


def test_a_folder_in_which_nothing_waits_is_looked_into_when_it_changes(world):
    first = world.land([said("a", NOW - 2 * HOUR)], NOW - 3 * HOUR, NOW)
    folder = world.root.landed(first).parent
    os.utime(folder, ns=(1, 1))  # it changed long ago
    rules = brands(rule("source_silent"))
    evaluate(world.root, rules, NOW)
    evaluate(world.root, rules, NOW)
    with open_state(world.root, write=False) as connection, connection.begin():
        assert connection.scalar(sa.select(FOLDER.c.changed_ns)) == 1
    world.land([said("b", NOW - HOUR)], NOW - HOUR, NOW)
    assert evaluate(world.root, rules, NOW).batches == 1
    late = world.land([said("c", NOW - HOUR)], NOW - HOUR, NOW)
    tags = world.root.tagged_batch(late)
    tags.rename(tags.with_suffix(".later"))
    os.utime(folder, ns=(2, 2))
    assert evaluate(world.root, rules, NOW).batches == 0  # it is not tagged yet
    tags.with_suffix(".later").rename(tags)
    assert evaluate(world.root, rules, NOW).batches == 1
