"""What the measurement of alerts stands on: live posts, and sums over their ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.alerts import Way, summarise, table
from bench.demo import BRAND, WORLD
from bench.hook import Got
from bench.live import plan_posts, with_posts
from bench.replay import load_world, serve
from listening.brand.load import load_brands

NOON = datetime(2026, 10, 29, 12, tzinfo=UTC)


def ask(base: str, path: str) -> list[dict[str, Any]]:
    import requests

    answer = requests.get(f"{base}{path}", headers={"Host": "social.example"}, timeout=10)
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_post_is_there_from_its_moment_on_and_is_reacted_to_at_once(monkeypatch):
    world = load_world(WORLD)
    planned = plan_posts(load_brands([BRAND]), NOON, timedelta(minutes=1), 9, ["brewone"])
    path = "/api/v1/timelines/tag/brewone?limit=40"
    with serve(world) as server:
        monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(seconds=190)).isoformat())
        before = ask(server.base_url, path)
        fuller, posts = with_posts(world, "social.example", planned)
        server.replace(fuller)
        shown = ask(server.base_url, path)
    live = [one for one in shown if str(one["account"]["username"]).startswith("live_")]
    assert [one["id"] for one in live] == [post.id for post in posts[3::-1]]
    assert live[1]["favourites_count"] >= 700
    assert not [one for one in before if one["id"] in {post.id for post in posts}]


def test_ids_count_up_among_all_that_is_said():
    world = load_world(WORLD)
    every = timedelta(hours=7)
    planned = plan_posts(load_brands([BRAND]), NOON - timedelta(days=9), every, 30, ["brewone"])
    fuller, posts = with_posts(world, "social.example", planned)
    (site,) = (one for one in fuller.sites if one.host == "social.example")
    ids = [int(item.id) for item in site.items]
    assert ids == sorted(set(ids))
    assert len({post.text for post in posts}) == len({post.author for post in posts}) == 30


def way(*seconds: float | None) -> Way:
    after = [NOON + timedelta(seconds=one) if one is not None else None for one in seconds]
    return Way(NOON, *after)


def test_what_never_arrived_is_not_within_the_time():
    ways = [way(10, 20, 21, 22), way(30, 60, 61, 121), way(10, 20, None, None)]
    got = [Got(NOON, key, {}) for key in ("a", "b", "b")]
    report = summarise(ways, got)
    assert (report["delivered"], report["within"], report["twice"]) == (2, 1, 1)
    assert report["share_within"] == pytest.approx(1 / 3)
    assert report["stages"]["first sight"] == {"median": 10, "p95": 30, "most": 30}
    assert report["stages"]["delivered"]["most"] == 60
    told = table(report)
    assert "3 alerts: 2 delivered, 1 (33.3%) within 120 s" in told
    assert json.loads(json.dumps(report)) == report


def test_the_demo_has_a_rule_that_each_post_crosses():
    (rule,) = (one for one in load_brands([Path(BRAND)]).alerts if one.id == "count")
    post = plan_posts(load_brands([BRAND]), NOON, timedelta(1), 1, ["brewone"])[0]
    assert post.likes + post.shares >= rule.when["at_least"]
    assert rule.when["said_by"] != "brand"
