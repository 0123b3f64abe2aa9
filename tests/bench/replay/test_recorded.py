"""What the server serves must have no field that the recorded platforms do not have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench.replay.conftest import ask, said

FIXTURES = Path(__file__).parents[4] / "shared/fixtures"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FIXTURES.is_dir(), reason="no recorded responses beside the project"),
]


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text("utf-8"))


def kinds(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def assert_like(ours: dict[str, Any], theirs: list[dict[str, Any]], where: str) -> None:
    """Every key of ours is one of theirs, and holds a type that theirs holds, or null."""
    known = {
        key: {kinds(one[key]) for one in theirs if key in one} for one in theirs for key in one
    }
    assert set(ours) <= set(known), where
    for key, value in ours.items():
        assert kinds(value) in known[key] | {"null"} or known[key] == {"null"}, f"{where}.{key}"


def test_a_status_is_like_recorded_ones(make):
    """Keys and types of the status, its account, its tags and its mentions."""
    theirs = [
        status
        for path in sorted(FIXTURES.glob("mastodon/*timeline_*.json"))
        if not path.name.endswith(".http.json")
        for status in json.loads(path.read_text("utf-8"))
    ]
    world = make({"mastodon": [said(1, text="#kite for @author2"), said(2, reply_to="1")]})
    body = ask(world, "mastodon.example", "/api/v1/timelines/tag/kite").body
    for status in json.loads(body):
        assert_like(status, theirs, "status")
        assert_like(status["account"], [one["account"] for one in theirs], "account")
        for tag in status["tags"]:
            assert_like(tag, [tag for one in theirs for tag in one["tags"]], "tag")


def test_the_headers_are_like_recorded_ones(make):
    """Link and X-RateLimit headers bear the names and forms of a real server."""
    theirs = recorded("mastodon/tag_timeline_1.http.json")["headers"]
    world = make({"mastodon": [said(1)]})
    ours = ask(world, "mastodon.example", "/api/v1/timelines/tag/kite", limit=1).headers
    ours = {name.lower(): value for name, value in ours.items()}
    for name in ("link", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"):
        assert name in theirs
        assert name in ours
    assert ours["link"].count('rel="') == theirs["link"].count('rel="') == 2


def test_a_search_is_like_the_documented_one(make):
    """Keys of the answer and of its hits."""
    theirs = recorded("hackernews/algolia_search_by_date_shape.json")
    world = make({"hackernews": [said(1, title="T"), said(2, reply_to="1")]})
    ours = json.loads(ask(world, "hackernews.example", "/api/v1/search_by_date").body)
    assert set(ours) <= set(theirs)
    for hit in ours["hits"]:
        assert set(hit) <= set(theirs["hits"][0])


def test_an_item_is_like_recorded_ones(make):
    """Keys and types of a story and of a comment."""
    theirs = [
        json.loads(path.read_text("utf-8")) for path in sorted(FIXTURES.glob("hackernews/*_item_*"))
    ]
    world = make({"hackernews": [said(1, title="T"), said(2, reply_to="1")]})
    for number in (1, 2):
        body = ask(world, "hackernews.example", f"/v0/item/{number}.json").body
        assert_like(json.loads(body), theirs, f"item {number}")
