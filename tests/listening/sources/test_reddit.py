"""Reddit: with an app and without, at the end of a listing, and what people took back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.contract import Brand, BrandFile, DataRoot, Deletion, Mention, Reject
from listening.crawl import Outcome, crawl_stream
from listening.sources._read import read_items
from listening.sources.shape.reddit import read_thing
from listening.streams import streams
from tests.listening.conftest import Asked, FakeTime, Server, reply

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
BRAND = Brand(id="quillon", name="Quillon", role="own")
TOKEN = reply({"access_token": "t0ken", "token_type": "bearer", "expires_in": 86400})


def post(name: str, minutes: float, **more: Any) -> dict[str, Any]:
    said = {
        "name": f"t3_{name}", "id": name, "author": "ada", "title": "Quillon", "selftext": "Hums.",
        "is_self": True, "url": "", "permalink": f"/r/k/comments/{name}/x/", "edited": False,
        "created_utc": (NOON - timedelta(minutes=minutes)).timestamp(), "score": 1,
        "num_comments": 0, **more,
    }  # fmt: skip
    return {"kind": "t3", "data": said}


def comment(name: str, parent: str, **more: Any) -> dict[str, Any]:
    said = {
        "name": f"t1_{name}", "id": name, "author": "ben", "body": "My quillon does not.",
        "parent_id": parent, "link_id": "t3_1", "edited": False, "score": 3,
        "created_utc": (NOON - timedelta(minutes=5)).timestamp(), "score_hidden": False, **more,
    }  # fmt: skip
    return {"kind": "t1", "data": said}


def listing(*things: Any, after: str | None = None) -> bytes:
    return reply({"kind": "Listing", "data": {"after": after, "children": list(things)}})


class Desk:
    """One root and one Reddit."""

    def __init__(self, server: Server, root: DataRoot, fake_time: FakeTime) -> None:
        self.server, self.root, self.fake_time = server, root, fake_time
        server.on("/api/v1/access_token", TOKEN)

    def crawl(self, target: str, **settings: Any) -> tuple[Outcome, list[dict[str, Any]]]:
        stated = {"base_url": "http://reddit.example", **settings}
        brands = BrandFile((BRAND,), sources={"reddit": stated})
        (stream,) = (one for one in streams(brands) if one.target == target)
        outcome = crawl_stream(self.root, stream, brands, clock=self.fake_time.clock)
        if not outcome.batch_id:
            return outcome, []
        return outcome, pq.read_table(self.root.landed(outcome.batch_id)).to_pylist()


@pytest.fixture
def desk(
    server: Server, root: DataRoot, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_REDDIT", '{"login": "app", "password": "s3cret"}')
    return Desk(server, root, fake_time)


def test_a_subreddit_is_two_streams_and_answers_are_linked(desk: Desk) -> None:
    desk.server.on("/r/k/comments", listing(comment("2", "t1_1"), comment("1", "t3_1")))
    outcome, rows = desk.crawl("r-k-comments", subreddits=["r/k"])
    assert outcome.error is None
    assert (rows[0]["parent_id"], rows[1]["parent_id"]) == (
        rows[1]["mention_id"], rows[1]["thread_id"],
    )  # fmt: skip
    assert rows[0]["url"] == "https://www.reddit.com/comments/1/_/2/"
    assert [row["likes"] for row in rows] == [3, 3]


def test_a_listing_that_ends_at_its_cap_is_told_and_a_short_one_is_whole(desk: Desk) -> None:
    def pages(many: int) -> Any:
        def answer(asked: Asked) -> bytes:
            first = int(asked.query.get("after", "t3_0")[3:])
            things = [post(str(n), n / 10) for n in range(first + 1, min(first + 100, many) + 1)]
            last = f"t3_{first + 100}" if first + 100 < many else None
            return listing(*things, after=last)

        return answer

    desk.server.on("/r/k/new", pages(1000))
    outcome, rows = desk.crawl("r-k-new", subreddits=["k"])
    assert (outcome.coverage.state, len(rows)) == ("capped", 1000)
    assert "reaches back to 2026-10-05T10:20" in outcome.coverage.reason
    desk.server.on("/r/s/new", pages(250))
    outcome, rows = desk.crawl("r-s-new", subreddits=["s"])
    assert (outcome.coverage.state, len(rows)) == ("complete", 250)


def leaving(gone: set[int]) -> Any:
    """Serve 250 posts, of which some leave once the first page is read; none is behind them."""

    def answer(asked: Asked) -> bytes:
        after = asked.query.get("after", "")
        there = [n for n in range(1, 251) if not after or n not in gone]
        if after and int(after[3:]) not in there:
            return listing()
        start = there.index(int(after[3:])) + 1 if after else 0
        shown, rest = there[start : start + 100], there[start + 100 :]
        return listing(*(post(str(n), n / 10) for n in shown), after=f"t3_{shown[-1]}" * bool(rest))

    return answer


def test_a_listing_goes_on_where_the_last_thing_of_a_page_left_it(desk: Desk) -> None:
    desk.server.on("/r/k/new", leaving({99, 100}))
    outcome, rows = desk.crawl("r-k-new", subreddits=["k"])
    assert outcome.error is None
    assert {row["native_id"] for row in rows} == {f"t3_{n}" for n in range(1, 251)}
    assert outcome.coverage.state == "complete"


def test_a_listing_that_is_lost_is_partial(desk: Desk) -> None:
    desk.server.on("/r/k/new", leaving(set(range(90, 101))))
    outcome, rows = desk.crawl("r-k-new", subreddits=["k"])
    assert (outcome.coverage.state, len(rows)) == ("partial", 100)
    assert "moved" in outcome.coverage.reason


def test_a_listing_that_promises_more_and_has_none_is_whole(desk: Desk) -> None:
    def answer(asked: Asked) -> bytes:
        after = int(asked.query.get("after", "t3_0")[3:])
        return listing(*(post(str(n), n) for n in range(after + 1, 4)), after="t3_3" * (after < 3))

    desk.server.on("/r/k/new", answer)
    outcome, rows = desk.crawl("r-k-new", subreddits=["k"])
    assert outcome.error is None
    assert (outcome.coverage.state, {row["native_id"] for row in rows}) == (
        "complete", {"t3_1", "t3_2", "t3_3"},
    )  # fmt: skip


def test_the_secret_and_the_token_are_kept_nowhere(desk: Desk) -> None:
    desk.server.on("/r/k/new", listing(post("1", 10)))
    desk.crawl("r-k-new", subreddits=["k"])
    asked = {one.path: one.headers.get("authorization") for one in desk.server.asked}
    assert list(asked.values()) == ["Basic YXBwOnMzY3JldA==", "Bearer t0ken"]
    for path in desk.root.path.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            body = gzip.decompress(body) if path.name.endswith(".gz") else body
            for secret in (b"s3cret", b"t0ken", b"YXBw"):
                assert secret not in body, path


def test_a_refused_app_is_an_error(desk: Desk) -> None:
    desk.server.on("/api/v1/access_token", reply({"error": 401}, 401))
    outcome, _ = desk.crawl("r-k-new", subreddits=["k"])
    assert outcome.coverage.state == "blocked"
    desk.server.on("/api/v1/access_token", reply({"error": "invalid_grant"}))
    outcome, _ = desk.crawl("r-k-new", subreddits=["k"])
    assert "access_token" in str(outcome.error)


ENTRY = """<entry><author><name>/u/ada</name></author><id>t3_{n}</id><title>Quillon {n}</title>
<content type="html">&lt;!-- SC_OFF --&gt;&lt;div class="md"&gt;&lt;p&gt;It hums &amp;amp;
sings.&lt;/p&gt;&lt;/div&gt;&lt;!-- SC_ON --&gt; submitted by &lt;a href="x"&gt;/u/ada&lt;/a&gt;
&lt;a href="https://parts.example/p"&gt;[link]&lt;/a&gt;</content>
<link href="https://www.reddit.com/r/k/comments/{n}/x/"/>
<updated>2026-10-05T11:00:00+00:00</updated><published>2026-10-05T10:00:00+00:00</published></entry>"""


def feed(many: int) -> bytes:
    entries = "".join(ENTRY.format(n=n) for n in range(many))
    text = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>k</title>{entries}</feed>'
    return reply(text.encode(), Content_Type="application/atom+xml; charset=UTF-8")


def test_without_an_app_the_feed_is_read_with_the_same_ids_and_no_scores(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_REDDIT")
    desk.server.on("/r/k/new.rss", feed(2))
    outcome, rows = desk.crawl("r-k-new", subreddits=["k"])
    assert (outcome.error, outcome.coverage.state) == (None, "complete")
    assert [row["native_id"] for row in rows] == ["t3_0", "t3_1"]
    assert rows[0]["text"] == "It hums & sings.\nhttps://parts.example/p"
    assert (rows[0]["author"], rows[0]["likes"]) == ("ada", None)
    assert rows[0]["published_at"] == datetime(2026, 10, 5, 10, tzinfo=UTC)
    desk.server.on("/r/k/new.rss", feed(100))
    outcome, _ = desk.crawl("r-k-new", subreddits=["k"])
    assert outcome.coverage.state == "capped"
    assert "/api/v1/access_token" not in desk.server.paths()


def test_a_query_is_searched_and_filtered_here(desk: Desk) -> None:
    other = post("2", 20, title="Kettles", selftext="of all kinds")
    desk.server.on("/search", listing(post("1", 10), other))
    outcome, rows = desk.crawl("implied")
    assert [row["bucket"] for row in rows] == ["kept", "off_topic"]
    assert outcome.served == 2
    asked = desk.server.asked[-1].query
    assert (asked["q"], asked["sort"], asked["t"]) == ("Quillon", "new", "year")


def test_comments_of_a_post_found_are_read_and_what_is_folded_is_told(desk: Desk) -> None:
    desk.server.on("/search", listing(post("1", 10, num_comments=9), post("2", 11, num_comments=2)))
    answer = comment("5", "t1_4", body="Same quillon here.")
    more = {"kind": "more", "data": {"count": 7, "children": ["6"]}}
    replies = {"kind": "Listing", "data": {"after": None, "children": [answer, more]}}
    first = {"data": {"children": [post("1", 10)]}}
    said = {"data": {"children": [comment("4", "t3_1", replies=replies)]}}
    desk.server.on("/comments/1", reply([first, said]))
    outcome, rows = desk.crawl("implied")
    assert outcome.error is None, "the second went meanwhile: 404"
    assert [row["native_id"] for row in rows] == ["t3_1", "t3_2", "t1_4", "t1_5"]
    assert rows[3]["parent_id"] == rows[2]["mention_id"]
    assert outcome.coverage.state == "capped"
    assert "7 comments of t3_1" in outcome.coverage.reason


def test_an_account_that_left_is_no_deletion(desk: Desk) -> None:
    left = post("1", 10, author="[deleted]")
    gone = [post("2", 9, selftext="[removed]"), post("3", 8, removed_by_category="moderator")]
    desk.server.on("/r/k/new", listing(left, *gone))
    _, rows = desk.crawl("r-k-new", subreddits=["k"])
    assert [row["bucket"] for row in rows] == ["kept", "deleted", "deleted"]
    assert rows[0]["author"] == ""


FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "reddit"


def things(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every post and comment of an answer, however deep."""
    if isinstance(value, dict):
        if value.get("kind") in ("t1", "t3"):
            yield value
        for inner in value.values():
            yield from things(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from things(inner)


@pytest.mark.shared
@pytest.mark.skipif(not FIXTURES.exists(), reason="no ../shared/fixtures beside the project")
def test_every_recorded_thing_is_read() -> None:
    """Answers of 2016 to 2025: 274 posts, 761 comments."""
    files = [path for path in FIXTURES.glob("*.json") if ".http." not in path.name]
    found = [thing for path in files for thing in things(json.loads(path.read_text()))]
    items = read_items("reddit", "", found, lambda one: read_thing(one, NOON), lambda _: "")
    kinds = [type(item) for item in items]
    assert (kinds.count(Reject), len(kinds)) == (0, 1035)
    assert kinds.count(Mention) > 1000
    assert kinds.count(Deletion) > 5
    assert {item.native_id for item in items} == {thing["data"]["name"] for thing in found}


@pytest.mark.shared
@pytest.mark.skipif(not FIXTURES.exists(), reason="no ../shared/fixtures beside the project")
@pytest.mark.parametrize("name", ["new_1", "search_1", "submissions_stream_1"])
def test_every_recorded_listing_is_accounted_for(desk: Desk, name: str) -> None:
    body = json.loads((FIXTURES / f"{name}.json").read_text())
    body["data"]["after"] = None
    desk.server.on("/r/k/new", reply(body))
    outcome, rows = desk.crawl("r-k-new", subreddits=["k"])
    assert outcome.error is None
    assert {row["native_id"] for row in rows} == {
        one["data"]["name"] for one in body["data"]["children"]
    }


@pytest.mark.shared
@pytest.mark.skipif(not FIXTURES.exists(), reason="no ../shared/fixtures beside the project")
@pytest.mark.parametrize("name", ["submission_comments_1", "morechildren_1"])
def test_every_comment_of_a_recorded_thread_is_accounted_for(desk: Desk, name: str) -> None:
    thread = json.loads((FIXTURES / f"{name}.json").read_text())
    desk.server.on("/search", listing(post("1", 10, num_comments=9)))
    desk.server.on("/comments/1", reply(thread))
    outcome, rows = desk.crawl("implied")
    assert outcome.error is None
    served = {thing["data"]["name"] for thing in things(thread[1])}
    assert {row["native_id"] for row in rows} == {"t3_1", *served}
