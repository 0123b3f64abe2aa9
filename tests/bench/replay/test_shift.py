"""A shifted world happens later, and is the same otherwise."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.replay import load_world
from bench.replay.shift import WEEK, shifted, weeks_until
from bench.replay.timeline import look

KIOSK = load_world(Path(__file__).parents[2] / "worlds" / "kiosk")


@given(weeks=st.integers(-500, 500), hours=st.integers(-400, 400))
def test_an_item_looks_the_same_at_the_shifted_moment(weeks, hours):
    moved = shifted(KIOSK, weeks)
    at = KIOSK.now + timedelta(hours=hours)
    for before, after in zip(KIOSK.sites, moved.sites, strict=True):
        for item, same in zip(before.items, after.items, strict=True):
            then, now = look(item, at), look(same, at + weeks * WEEK)
            assert (then and then.text) == (now and now.text)
            assert item.id == same.id


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=6), timedelta(days=400)])
def test_the_end_of_a_shifted_world_lies_within_the_last_week(late):
    at = KIOSK.now + late
    assert at - WEEK < shifted(KIOSK, weeks_until(KIOSK, at)).now <= at
