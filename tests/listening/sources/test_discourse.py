"""What the Discourse source promises beyond the conformance suite: topics, search, logins."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import NOON, Lab

SETTINGS: dict[str, Any] = {"urls": ["http://forum.example"]}


def post(topic: int, number: int, **changes: Any) -> dict[str, Any]:
    """Return a post as a topic serves it, a day old."""
    return {
        "id": topic * 1000 + number, "topic_id": topic, "post_number": number, "name": None,
        "username": "ada", "user_id": 7, "topic_slug": "t", "cooked": f"<p>Quillon {number}</p>",
        "created_at": (NOON - timedelta(days=1)).isoformat(), "version": 1, "reply_count": 0,
        "updated_at": (NOON - timedelta(days=1)).isoformat(), "reads": 1, "actions_summary": [],
        "reply_to_post_number": None, **changes,
    }  # fmt: skip


class Forum:
    """A forum's topics, each with posts numbered from 1, and a search of capped pages."""

    def __init__(self, lab: Lab, sizes: dict[int, int], days: dict[int, date] | None = None):
        self.sizes, self.days = sizes, days or {}
        lab.server.on("/search.json", self.search)
        for topic in sizes:
            lab.server.on(f"/t/{topic}.json", self.topic)
            lab.server.on(f"/t/{topic}/posts.json", self.more)

    def latest(self, asked: Asked) -> bytes:
        """Serve the list of topics, one to a page, an old one pinned on top of the first."""
        number = int(asked.query["page"])
        old = {"id": 1, "bumped_at": (NOON - timedelta(days=400)).isoformat(), "pinned": True}
        own = [
            {"id": topic, "bumped_at": (NOON - timedelta(hours=topic)).isoformat()}
            for topic in list(self.sizes)[number : number + 1]
        ]
        return reply({"topic_list": {"topics": [old, *own] if number == 0 else own}})

    def topic(self, asked: Asked) -> bytes:
        """Serve a topic: its first 20 posts, and the ids of all."""
        topic = int(re.findall(r"\d+", asked.path)[0])
        posts = [post(topic, n) for n in range(1, self.sizes[topic] + 1)]
        stream = [one["id"] for one in posts]
        return reply(
            {"title": "On kettles", "post_stream": {"posts": posts[:20], "stream": stream}}
        )

    def more(self, asked: Asked) -> bytes:
        """Serve posts of a topic by id."""
        ids = [int(one) for one in re.findall(rb"post_ids%5B%5D=(\d+)", asked.raw)]
        return reply({"post_stream": {"posts": [post(one // 1000, one % 1000) for one in ids]}})

    def search(self, asked: Asked) -> bytes:
        """Find each topic whose day lies in the window, one to a page, at most ten pages."""
        first, last = re.findall(r"(?:after|before):([\d-]+)", asked.query["q"])
        found = [t for t, day in self.days.items() if first <= day.isoformat() < last]
        number = int(asked.query["page"])
        shown = [{"id": topic} for topic in found[number - 1 : number]]
        told = {"more_full_page_results": True if number < len(found) else None}
        answer = {"posts": shown, "grouped_search_result": told}
        return reply({**answer, "topics": shown} if shown else answer)


def test_a_forum_without_a_list_of_posts_is_read_by_its_topics(lab: Lab) -> None:
    lab.server.on("/latest.json", Forum(lab, {3: 45, 4: 1}).latest)
    outcome, rows = lab.crawl("discourse", **SETTINGS)
    assert outcome.error is None
    ids = {row["native_id"] for row in rows if row["bucket"] == "kept"}
    assert ids == {f"forum.example/t/3/{n}" for n in range(1, 46)} | {"forum.example/t/4/1"}
    assert {row["title"] for row in rows if row["native_id"].endswith("/1")} == {"On kettles"}


def test_a_forum_that_closes_everything_is_blocked(lab: Lab) -> None:
    for path in ("/posts.json", "/latest.json"):
        lab.server.on(path, reply({"error_type": "not_logged_in"}, 403))
    outcome, rows = lab.crawl("discourse", **SETTINGS)
    assert (outcome.coverage.state, rows) == ("blocked", [])


def test_a_search_above_its_cap_is_sliced_by_days(lab: Lab) -> None:
    days = {topic: (NOON - timedelta(days=topic % 20)).date() for topic in range(1, 41)}
    Forum(lab, dict.fromkeys(days, 1), days)
    outcome, rows = lab.crawl("discourse", **SETTINGS, search=True)
    assert outcome.error is None
    assert outcome.coverage.state == "complete"
    assert {row["native_id"] for row in rows} == {f"forum.example/t/{n}/1" for n in days}


def test_more_topics_in_one_day_than_the_search_serves_are_told_as_capped(lab: Lab) -> None:
    days = dict.fromkeys(range(1, 13), NOON.date())
    Forum(lab, dict.fromkeys(days, 1), days)
    outcome, rows = lab.crawl("discourse", **SETTINGS, search=True)
    assert outcome.coverage.state == "capped"
    assert "2026-10-08" in outcome.coverage.reason
    assert len(rows) == 10


def test_hits_under_another_name_are_an_error_not_silence(lab: Lab) -> None:
    told = {"more_full_page_results": None}
    lab.server.on("/search.json", reply({"hits": [{}], "grouped_search_result": told}))
    outcome, _ = lab.crawl("discourse", **SETTINGS, search=True)
    assert "'posts' is missing" in str(outcome.error)


def test_an_overloaded_search_is_asked_again(lab: Lab) -> None:
    forum = Forum(lab, {5: 1}, {5: NOON.date()})
    busy = reply({"grouped_search_result": {"error": "we are under extreme load"}})
    lab.server.on("/search.json", busy, forum.search)
    outcome, rows = lab.crawl("discourse", **SETTINGS, search=True)
    assert (outcome.error, len(rows)) == (None, 1)


def test_a_post_moved_to_where_we_may_not_look_is_not_taken_for_deleted(lab: Lab) -> None:
    lab.server.on("/posts.json", reply({"latest_posts": [post(3, 2), post(3, 1)]}))
    lab.crawl("discourse", **SETTINGS)
    empty = reply({"latest_posts": []})
    lab.server.on("/posts.json", reply({"latest_posts": [post(3, 2)]}), empty)
    lab.server.on("/posts/by_number/3/1.json", reply({"error_type": "invalid_access"}, 403))
    outcome, _ = lab.crawl("discourse", **SETTINGS)
    assert "/posts/by_number/3/1.json" in lab.server.paths()
    assert (outcome.error, outcome.counts.get("deleted")) == (None, None)


def test_what_its_author_takes_back_is_deleted_where_it_was_known(lab: Lab) -> None:
    empty = reply({"latest_posts": []})
    lab.server.on("/posts.json", reply({"latest_posts": [post(3, 2), post(3, 1)]}), empty)
    lab.crawl("discourse", **SETTINGS)
    gone = post(3, 2, user_deleted=True, cooked="<p>(post deleted by author)</p>")
    lab.server.on("/posts.json", reply({"latest_posts": [gone, post(3, 1)]}), empty)
    outcome, rows = lab.crawl("discourse", **SETTINGS)
    assert outcome.counts["deleted"] == 1
    assert rows[0]["deleted_at"] == NOON - timedelta(days=1)


def test_the_posts_of_an_own_forum_are_all_the_brands(lab: Lab) -> None:
    page = {"latest_posts": [post(3, 1, cooked="<p>It leaks.</p>")]}
    lab.server.on("/c/posts.json", reply(page), reply({"latest_posts": []}))
    outcome, rows = lab.crawl("discourse", urls=["http://forum.quillon.example/c"])
    assert outcome.error is None
    assert [(row["brand_id"], row["owned"]) for row in rows] == [("quillon", True)]
    assert rows[0]["native_id"] == "forum.quillon.example/c/t/3/1"


def test_a_key_is_sent_and_kept_nowhere(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_FORUM", "http://bot:canary-key@forum.example")
    lab.server.on("/posts.json", reply({"latest_posts": [post(3, 1)]}), reply({"latest_posts": []}))
    outcome, _ = lab.crawl("discourse", **SETTINGS, connection="forum")
    headers = lab.server.asked[0].headers
    assert (headers["api-username"], headers["api-key"]) == ("bot", "canary-key")
    assert outcome.error is None
    warcs = [gzip.decompress(path.read_bytes()) for path in lab.root.path.rglob("*.warc.gz")]
    assert warcs
    assert not [warc for warc in warcs if b"canary" in warc]


def test_a_forum_that_wants_a_key_nobody_gave_says_which(lab: Lab) -> None:
    outcome, _ = lab.crawl("discourse", **SETTINGS, connection="forum")
    assert "AIRFLOW_CONN_FORUM" in str(outcome.error)
