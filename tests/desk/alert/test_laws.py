"""What must hold whatever comes first, however often, and wherever it is killed."""

import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.alert.evaluate import ALERT_POINTS, evaluate
from desk.alert.hear import Reader
from desk.alert.state import ALERT, ALERT_MENTION, DELIVERY, MENTION, METADATA, TAKEN, open_state
from desk.alert.take import keep
from listening.contract import CRASH_VARIABLE, DataRoot, read_batch
from tests.desk.alert.child import RULES
from tests.desk.alert.world import (
    DAY,
    HOUR,
    NOW,
    World,
    brands,
    chatter,
    counted,
    deleted,
    said,
)

START = NOW - 30 * DAY
TABLES = (ALERT, ALERT_MENTION, DELIVERY)


def rows(root, tables=TABLES):
    with open_state(root, write=False) as connection:
        return [
            connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
            for table in tables
        ]


# --- order --------------------------------------------------------------------------------------

MOMENT = st.integers(0, 60).map(lambda n: NOW - timedelta(minutes=n))
SAID = st.builds(
    lambda name, at, seen, words, bands, likes: said(
        name, at, "ann", seen=max(at, seen), text=f"words {words}", bands=bands, likes=likes
    ),
    st.sampled_from("abcd"),
    st.just(NOW - HOUR),
    MOMENT,
    st.integers(0, 2),
    st.lists(st.integers(1, 4), max_size=2).map(tuple),
    st.integers(0, 9),
)
GONE = st.builds(deleted, st.sampled_from("abcd"), MOMENT)
LOOKED = st.builds(lambda name, at, n: counted(name, at, likes=n), st.sampled_from("abcd"), MOMENT,
                   st.integers(0, 9))  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.one_of(SAID, SAID, LOOKED, GONE), min_size=1, max_size=3),
        min_size=1,
        max_size=5,
    ),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_batches_does_not_matter(tmp_path_factory, batches, order):
    """Edits, copies, looks and deletions: the window is what was said, not what came first."""
    world = World(DataRoot(tmp_path_factory.mktemp("order") / "data"))
    ids = [world.land(each, NOW - HOUR, NOW) for each in batches]
    shuffled = order.sample(ids, len(ids))
    assert _window(world, ids) == _window(world, shuffled) == _window(world, [*shuffled, *ids])


def _window(world, ids):
    """Return the window after batches in an order; of what is gone only that it is."""
    engine = sa.create_engine("sqlite://")
    reader = Reader(brands())
    with engine.connect() as connection:
        METADATA.create_all(connection)
        for batch_id in ids:
            batch = read_batch(world.root.landed(batch_id))
            keep(connection, reader.read(world.root, batch), START)
        there = sa.select(MENTION.c.mention_id, MENTION.c.content_hash, MENTION.c.observed_at,
                          MENTION.c.first_seen_at, MENTION.c.cluster_id)  # fmt: skip
        found = connection.execute(there.where(~MENTION.c.gone).order_by(MENTION.c.mention_id))
        gone = connection.execute(
            sa.select(MENTION.c.mention_id).where(MENTION.c.gone).order_by(MENTION.c.mention_id)
        )
        told = [tuple(row) for row in found], [tuple(row) for row in gone]
    engine.dispose()
    return told


# --- twice, and killed --------------------------------------------------------------------------


@pytest.fixture
def story(world):
    """A month of chatter, then a crowd, a suspicion and a post that spreads."""
    bad = [
        said(f"c{n}", NOW - 2 * HOUR + n * timedelta(minutes=2), sentiment="negative",
             topics=["leak"], intents=["complaint"])
        for n in range(25)
    ]  # fmt: skip
    more = [said("dox", NOW - HOUR, flags=["doxxing"]), said("hit", NOW - 5 * HOUR, likes=300)]
    world.days([*chatter(START, NOW, every=3 * HOUR), *bad, *more], START, NOW)
    return world


def run(root, at=NOW, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.desk.alert.child", str(root.path), at.isoformat()],
        cwd=Path(__file__).parents[3],
        env={"PYTHONPATH": str(Path(__file__).parents[3]), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def undisturbed(story, tmp_path):
    """The same batches, evaluated once and left alone."""
    other = DataRoot(tmp_path / "undisturbed")
    other.path.mkdir()
    for folder in ("landing", "tagged"):
        (other.path / folder).symlink_to(story.root.path / folder)
    evaluate(other, brands(*RULES), NOW)
    return rows(other)


def test_twice_is_once(story):
    first = evaluate(story.root, brands(*RULES), NOW)
    assert {one.kind for one in first.raised} == {
        "volume_spike",
        "issue",
        "legal_flag",
        "post_count",
    }
    before = rows(story.root)
    again = evaluate(story.root, brands(*RULES), NOW)
    assert (again.batches, again.raised, again.told, again.closed) == (0, (), (), ())
    assert rows(story.root) == before


@pytest.mark.parametrize("point", ALERT_POINTS)
def test_killed_at_a_named_point_and_run_again_it_is_the_same(story, undisturbed, point):
    killed = run(story.root, **{CRASH_VARIABLE: point})
    killed.communicate(timeout=60)
    assert killed.returncode == 137
    assert run(story.root).wait(60) == 0
    assert rows(story.root) == undisturbed


def test_killed_anywhere_and_run_again_it_is_the_same(story, undisturbed):
    pause = random.Random(6)  # noqa: S311 (a seed of our own: the same kills every time)
    for _ in range(5):
        child = run(story.root)
        time.sleep(pause.uniform(0.3, 1.2))
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert run(story.root).wait(60) == 0
    assert rows(story.root) == undisturbed
    with open_state(story.root, write=False) as connection:
        taken = connection.scalar(sa.select(sa.func.count()).select_from(TAKEN))
    assert taken == 6


def test_two_at_once_raise_once(story, undisturbed):
    both = [run(story.root), run(story.root)]
    told = [int(child.communicate(timeout=60)[0]) for child in both]
    assert min(told) == 0
    assert rows(story.root) == undisturbed
