"""Review feeds must have Apple's odd shapes, since connectors break on exactly these."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bench.replay.conftest import NOON, ask, said

APPS = 'apps: [{id: "77", name: Kite}]'


def review(number: int, **keys: Any) -> dict[str, Any]:
    return said(number, **{"title": "T", "app": "77", "country": "us", "rating": 4, **keys})


def feed(world: Any, page: int = 1, country: str = "us", at: Any = NOON) -> dict[str, Any]:
    path = f"/{country}/rss/customerreviews/page={page}/id=77/sortby=mostrecent/json"
    told: dict[str, Any] = json.loads(ask(world, "appstore.example", path, at).body)["feed"]
    return told


@pytest.mark.parametrize(("count", "kind"), [(0, None), (1, dict), (2, list)])
def test_the_entry_key_changes_its_shape(make, count, kind):
    """None: no key. One: an object. Several: a list."""
    world = make({f"appstore:{APPS}": [review(n) for n in range(1, count + 1)]})
    entry = feed(world).get("entry")
    assert entry is None if kind is None else isinstance(entry, kind)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(count=st.integers(0, 60), size=st.integers(2, 20))
def test_every_review_is_served_once(make, count, size):
    """All pages together hold each review of the country exactly once, newest first."""
    items = [review(n, country="us" if n % 3 else "de") for n in range(1, count + 1)]
    world = make({f"appstore:page_size: {size}, pages: 99, {APPS}": items})
    found: list[str] = []
    for page in range(1, count // size + 2):
        entry = feed(world, page).get("entry", [])
        found += [one["id"]["label"] for one in (entry if isinstance(entry, list) else [entry])]
    assert found == [str(n) for n in range(count, 0, -1) if n % 3]


def test_an_edited_review_comes_back_to_the_top(make):
    """`updated` is the moment of the edit, and the order follows it."""
    edit = {"at": (NOON - timedelta(hours=1)).isoformat(), "text": "Now it flies."}
    world = make({f"appstore:{APPS}": [review(1, edits=[edit], likes=6), review(2)]})
    first = feed(world)["entry"][0]
    assert (first["id"]["label"], first["content"]["label"]) == ("1", "Now it flies.")
    assert first["updated"]["label"] == "2026-03-10T11:00:00+00:00"
    assert (first["im:rating"]["label"], first["im:voteSum"]["label"]) == ("4", "6")


def test_there_is_no_eleventh_page(make):
    """Apple serves ten pages and no more."""
    world = make({f"appstore:{APPS}": [review(1)]})
    path = "/us/rss/customerreviews/page=11/id=77/sortby=mostrecent/json"
    assert ask(world, "appstore.example", path).status == 400
