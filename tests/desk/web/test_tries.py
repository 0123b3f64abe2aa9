"""Tries to sign in are counted for all processes of the desk together, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from desk.state import open_state
from desk.web.tries import ROOM, begin, entered
from listening.contract import DataRoot
from tests.desk.work.conftest import postgres, root

__all__ = ["postgres", "root"]  # fixtures
HOUR = "2026-10-31T12:{:02}:00Z"


@pytest.fixture
def two(root: DataRoot, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[sa.Engine, sa.Engine]]:
    """The state as two processes have it open."""
    monkeypatch.setenv("LISTENING_NOW", HOUR.format(0))
    one, other = open_state(root, [ROOM]), open_state(root, [ROOM])
    yield one, other
    one.dispose()
    other.dispose()


def test_what_one_process_counts_the_other_knows(two):
    one, other = two
    assert [begin(one, "ada", "10.0.0.1") for _ in range(3)] == [""] * 3
    assert [begin(other, "ada", "10.0.0.1") for _ in range(3)] == ["", "", "5 min"]
    assert begin(one, "ada", "10.0.0.2") == "", "from elsewhere she may"
    entered(other, "ada", "10.0.0.1")
    assert begin(one, "ada", "10.0.0.1") == ""


def test_who_waits_long_enough_may_try_again(two, monkeypatch):
    one, other = two
    assert [begin(one, "ada", "10.0.0.1") for _ in range(5)] == [""] * 5
    monkeypatch.setenv("LISTENING_NOW", HOUR.format(4))
    assert begin(other, "ada", "10.0.0.1") == "1 min"
    monkeypatch.setenv("LISTENING_NOW", HOUR.format(5))
    assert begin(other, "ada", "10.0.0.1") == ""


def test_of_many_tries_at_once_only_as_many_as_allowed_are_made(two):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: begin(two[number % 2], "ada", "10.0.0.1"), range(24)))
    assert told.count("") == 5
