"""Lists whose pages are turned by number, at sources that serve other lists, too.

What stays in a list is heard, though an item vanishes from a page already read: in sizes that
overlap where the size is ours to choose (GitHub's lists and search, Mastodon's search), and in
pages that are turned again where it is not (Discourse's topics and search, the App Store).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.backfill import backfill_stream
from listening.contract import Coverage
from listening.crawl import streams
from listening.reparse import reparse_stream
from tests.listening.conftest import Answer, Asked, reply
from tests.listening.sources.conftest import NOON, Lab
from tests.listening.sources.test_discourse import post
from tests.listening.sources.test_github import issue

SINGLE = ("appstore", "discourse topics", "discourse search")  # pages of one size
Serving = tuple[str, dict[str, Any]]
Said = tuple[Coverage, set[str]]
Listen = Callable[..., Said]


class Shelf:
    """Items by number, of which some vanish after each of the answers named."""

    def __init__(self, length: int, vanishing: dict[int, list[int]]) -> None:
        self.there, self.vanishing, self.turns = list(range(length)), vanishing, count(1)
        self.stayed = set(self.there) - {one for some in vanishing.values() for one in some}

    def cut(self, start: int, size: int) -> tuple[list[int], bool]:
        """Return so many items from a position on, and whether there are more."""
        shown, more = self.there[start : start + size], start + size < len(self.there)
        gone = self.vanishing.get(next(self.turns), ())
        self.there = [one for one in self.there if one not in gone]
        return shown, more


def github(lab: Lab, shelf: Shelf) -> Serving:
    """Serve a repository's issues as servers do that link pages by number."""

    def serve(asked: Asked) -> Answer:
        page, size = int(asked.query.get("page", 1)), int(asked.query.get("per_page", 100))
        shown, more = shelf.cut((page - 1) * size, size)
        link: dict[str, Any] = {
            "Link": f'<http://api.example{asked.path}?page={page + 1}>; rel="next"'
        }
        items = [issue(one, NOON - timedelta(hours=1, minutes=one)) for one in shown]
        return reply(items, **(link if more else {}))

    lab.server.on("/repos/acme/kettle/issues", serve)
    lab.server.on("/repos/acme/kettle/issues/comments", reply([]))
    return "github", {"base_url": "http://api.example", "repos": ["acme/kettle"]}


def github_search(lab: Lab, shelf: Shelf) -> Serving:
    """Serve GitHub's search, which tells how many hits there are; none is a pull request."""

    def serve(asked: Asked) -> Answer:
        page, size = int(asked.query["page"]), int(asked.query["per_page"])
        if "is:pull-request" in asked.query["q"]:
            return reply({"total_count": 0, "incomplete_results": False, "items": []})
        total = len(shelf.there)
        shown, _ = shelf.cut((page - 1) * size, size)
        items = [issue(one, NOON - timedelta(hours=1, minutes=one)) for one in shown]
        return reply({"total_count": total, "incomplete_results": False, "items": items})

    lab.server.on("/search/issues", serve)
    return "github", {"base_url": "http://api.example"}


def mastodon(lab: Lab, shelf: Shelf) -> Serving:
    """Serve a search by offset."""
    account = {
        "id": "7", "acct": "ada", "display_name": "Ada", "url": "http://m.example/@ada",
        "followers_count": 3,
    }  # fmt: skip

    def status(number: int) -> dict[str, Any]:
        return {
            "id": str(number), "content": "<p>Quillon hums</p>", "edited_at": None, "url": None,
            "created_at": (NOON - timedelta(hours=1, minutes=number)).isoformat(),
            "uri": f"http://m.example/{number}",
            "in_reply_to_id": None, "spoiler_text": "", "visibility": "public", "language": "en",
            "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "account": account,
        }  # fmt: skip

    def serve(asked: Asked) -> Answer:
        shown, _ = shelf.cut(int(asked.query["offset"]), int(asked.query["limit"]))
        return reply({"statuses": [status(one) for one in shown]})

    lab.server.on("/api/v2/search", serve)
    return "mastodon", {"base_url": "http://m.example", "search": True}


def appstore(lab: Lab, shelf: Shelf) -> Serving:
    """Serve pages of fifty reviews."""

    def review(number: int) -> dict[str, Any]:
        said = {
            "id": str(number), "title": "t", "content": "x", "im:rating": "3", "im:voteSum": "0",
            "updated": (NOON - timedelta(hours=1, minutes=number)).isoformat(),
        }  # fmt: skip
        author = {"author": {"name": {"label": "ada"}}}
        return {**{name: {"label": text} for name, text in said.items()}, **author}

    def serve(asked: Asked) -> Answer:
        (page,) = re.findall(r"page=(\d+)", asked.path)
        shown, _ = shelf.cut((int(page) - 1) * 50, 50)
        return reply({"feed": {"entry": [review(one) for one in shown]}})

    for page in range(1, 11):
        lab.server.on(f"/us/rss/customerreviews/page={page}/id=1/sortby=mostrecent/json", serve)
    return "appstore", {
        "base_url": "http://apps.example",
        "apps": [{"id": "1", "brand": "quillon"}],
    }


def serve_topics(lab: Lab, shelf: Shelf) -> None:
    def serve(asked: Asked) -> Answer:
        (topic,) = re.findall(r"\d+", asked.path)
        if int(topic) not in shelf.there:
            return reply({}, 404)
        one = post(int(topic), 1)
        return reply({"title": "t", "post_stream": {"posts": [one], "stream": [one["id"]]}})

    for topic in shelf.there:
        lab.server.on(f"/t/{topic}.json", serve)


def topics(lab: Lab, shelf: Shelf) -> Serving:
    """Serve a forum's topics, thirty to a page, in a forum that closes its list of posts."""

    def serve(asked: Asked) -> Answer:
        shown, _ = shelf.cut(int(asked.query["page"]) * 30, 30)
        moment = NOON - timedelta(hours=1)
        listed = [
            {"id": one, "bumped_at": (moment - timedelta(minutes=one)).isoformat()} for one in shown
        ]
        return reply({"topic_list": {"topics": listed}})

    lab.server.on("/latest.json", serve)
    serve_topics(lab, shelf)
    return "discourse", {"urls": ["http://forum.example"]}


def search(lab: Lab, shelf: Shelf) -> Serving:
    """Serve a forum's search, fifty to a page, all of one day."""

    def serve(asked: Asked) -> Answer:
        first, last = re.findall(r"(?:after|before):([\d-]+)", asked.query["q"])
        there = first <= f"{NOON.date()}" < last
        page = int(asked.query["page"])
        shown, more = shelf.cut((page - 1) * 50, 50) if there else ([], False)
        hits = [{"id": one, "created_at": NOON.isoformat()} for one in shown]
        told = {"posts": hits, "grouped_search_result": {"more_full_page_results": more}}
        return reply({**told, "topics": [{"id": one} for one in shown]})

    lab.server.on("/search.json", serve)
    serve_topics(lab, shelf)
    return "discourse", {"urls": ["http://forum.example"], "search": True}


SERVING = {
    "github": github, "github search": github_search, "mastodon": mastodon, "appstore": appstore,
    "discourse topics": topics, "discourse search": search,
}  # fmt: skip


def crawled(lab: Lab, name: str, settings: dict[str, Any]) -> Said:
    outcome, rows = lab.crawl(name, **settings)
    assert outcome.error is None
    return outcome.coverage, {row["native_id"] for row in rows if row["bucket"] == "kept"}


def backfilled(lab: Lab, name: str, settings: dict[str, Any]) -> Said:
    brands = lab.brand_file(name, settings)
    (stream,) = streams(brands)
    past = backfill_stream(lab.root, stream, brands, date(2026, 9, 20), clock=lab.time.clock)
    kept: set[str] = set()
    for outcome in past:
        assert outcome.error is None
        rows = pq.read_table(lab.root.landed(outcome.batch_id or "")).to_pylist()
        kept |= {row["native_id"] for row in rows if row["bucket"] == "kept"}
    return outcome.coverage, kept


LISTENING = [(kind, crawled) for kind in SERVING]
LISTENING += [(kind, backfilled) for kind in SERVING if kind != "appstore"]  # that has no past


def numbers(kind: str, ids: set[str]) -> set[int]:
    return {int(one.split("/")[-2 if kind.startswith("discourse") else -1]) for one in ids}


@pytest.mark.parametrize("gone", [[0], [29, 39, 49], list(range(20))])
@pytest.mark.parametrize(("kind", "listen"), LISTENING)
def test_what_moves_to_a_page_already_read_is_heard(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str, gone: list[int], listen: Listen
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MASTODON", '{"password": "token"}')
    shelf = Shelf(140, {1: gone})
    name, settings = SERVING[kind](lab, shelf)
    coverage, heard = listen(lab, name, settings)
    assert numbers(kind, heard) >= shelf.stayed
    assert coverage.state == "complete"


@pytest.mark.parametrize("kind", SINGLE)
def test_what_two_turns_bring_news_to_is_turned_once_more(lab: Lab, kind: str) -> None:
    """The first turn misses an item at the end of each page; the next ones find them."""
    shelf = Shelf(140, {1: [0], 2: [1], 3: [2]})
    name, settings = SERVING[kind](lab, shelf)
    coverage, heard = crawled(lab, name, settings)
    assert numbers(kind, heard) >= shelf.stayed
    assert coverage.state == "complete"


@pytest.mark.parametrize("kind", SERVING)
def test_pages_turned_more_than_once_are_read_again_from_what_was_kept(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MASTODON", '{"password": "token"}')
    name, settings = SERVING[kind](lab, Shelf(140, {1: [0]}))
    crawled(lab, name, settings)
    brands, asked = lab.brand_file(name, settings), len(lab.server.asked)
    (stream,) = streams(brands)
    done = reparse_stream(lab.root, stream, brands, every=True)
    assert (done.batches, done.errors) == (1, [])
    assert len(lab.server.asked) == asked
