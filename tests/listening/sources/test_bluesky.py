"""Bluesky: a stream that breaks, repeats itself, forgets, and is mostly about other things."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.contract import Brand, BrandFile, DataRoot
from listening.crawl import Outcome, crawl_stream
from listening.net.effort import TRIES
from listening.sources import _REGISTERED, SOURCES, _bluesky_stream, bluesky
from listening.sources._bluesky import counts
from listening.sources._bluesky_stream import HELD
from listening.sources.shape.bluesky import POST, read_post
from listening.streams import streams
from tests.listening.conftest import Answer, Asked, FakeTime, Raw, Server, reply, web_socket

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
ADA, CARE = "did:plc:ada", "did:plc:care"
BRAND = Brand(
    id="quillon", name="Quillon", role="own", handles={"bluesky": ("@care.quillon.example",)}
)


def event(did: str, minutes: float, kind: str = "commit", **more: Any) -> str:
    """Return an event of so many minutes before noon."""
    moment = NOON - timedelta(minutes=minutes)
    return json.dumps({"did": did, "time_us": int(moment.timestamp() * 1e6), "kind": kind, **more})


def post(did: str, rkey: str, minutes: float, text: str, **record: Any) -> str:
    at = (NOON - timedelta(minutes=minutes)).isoformat()
    said = {"text": text, "createdAt": at, **record}
    return write(did, rkey, minutes, "create", record=said)


def write(did: str, rkey: str, minutes: float, operation: str, **more: Any) -> str:
    commit = {"operation": operation, "collection": POST, "rkey": rkey, **more}
    return event(did, minutes, commit=commit)


def uri(did: str, rkey: str) -> str:
    return f"at://{did}/{POST}/{rkey}"


class Sky:
    """One root, one Jetstream, and the API beside it."""

    def __init__(self, server: Server, root: DataRoot, fake_time: FakeTime) -> None:
        self.server, self.root, self.fake_time = server, root, fake_time
        self.api("getPosts", {"posts": []})
        self.api("getProfiles", {"profiles": [{"did": CARE, "handle": "Care.quillon.example"}]})
        self.brands = BrandFile((BRAND,), sources={"bluesky": {"base_url": "ws://jet.example"}})

    def api(self, method: str, answer: Any) -> None:
        name = "feed" if method == "getPosts" else "actor"
        self.server.on(f"/xrpc/app.bsky.{name}.{method}", reply(answer))

    def serve(self, *answers: Answer | Any) -> None:
        self.server.on("/subscribe", *answers)

    def crawl(self) -> tuple[Outcome, list[dict[str, Any]]]:
        (stream,) = streams(self.brands)
        outcome = crawl_stream(self.root, stream, self.brands, clock=self.fake_time.clock)
        if not outcome.batch_id:
            return outcome, []
        return outcome, pq.read_table(self.root.landed(outcome.batch_id)).to_pylist()

    def cursors(self) -> list[datetime]:
        """Return the cursors that the stream was asked from."""
        asked = [one for one in self.server.asked if one.path == "/subscribe"]
        return [datetime.fromtimestamp(int(one.query["cursor"]) / 1e6, UTC) for one in asked]


@pytest.fixture
def sky(
    server: Server, root: DataRoot, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> Sky:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    return Sky(server, root, fake_time)


def buckets(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["bucket"], row["native_id"].rpartition("/")[2]) for row in rows]


def test_a_stream_that_breaks_is_read_on_and_what_comes_twice_is_a_duplicate(sky: Sky) -> None:
    first = [post(ADA, "1", 60, "quillon one"), post(ADA, "2", 50, "quillon two")]

    def broken(asked: Asked) -> Answer:
        assert asked.query["wantedCollections"] == POST
        return web_socket(*first, close=1011)

    sky.serve(broken, web_socket(*first, first[1], post(ADA, "3", 40, "quillon three")))
    outcome, rows = sky.crawl()
    assert outcome.error is None
    assert outcome.coverage.state == "complete"
    assert [pair for pair in buckets(rows) if pair[0] == "kept"] == [
        ("kept", "1"), ("kept", "2"), ("kept", "3"),
    ]  # fmt: skip
    assert ("duplicate", "2") in [(row["bucket"], row["native_id"][-1]) for row in rows]
    assert outcome.served == len(rows)


def test_a_stream_that_stays_broken_is_an_error_and_the_cursor_stays(sky: Sky) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon one"), close=1011))
    outcome, rows = sky.crawl()
    assert "the stream broke" in str(outcome.error)
    assert rows == []
    assert sky.cursors() == [NOON - HELD] * bluesky.TRIES


def test_the_next_crawl_goes_on_behind_the_cursor(sky: Sky) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon one"), post(ADA, "2", 1, "quillon two")))
    sky.crawl()
    outcome, rows = sky.crawl()
    settled = NOON - timedelta(minutes=5)  # the newest post is younger than that
    assert sky.cursors()[1] == settled - timedelta(seconds=10)
    assert outcome.error is None
    assert all(row["seen_before"] for row in rows)


def test_posts_said_after_the_crawl_began_wait_for_the_next(sky: Sky) -> None:
    sky.serve(web_socket(post(ADA, "1", 9, "quillon one"), post(ADA, "2", -1, "quillon two")))
    _, rows = sky.crawl()
    assert buckets(rows) == [("kept", "1")]


def test_an_account_that_is_gone_takes_its_posts_and_one_that_sleeps_does_not(sky: Sky) -> None:
    said = [
        post(did, rkey, 60, "quillon") for did, rkey in ((ADA, "1"), (ADA, "2"), ("did:plc:b", "3"))
    ]
    sky.serve(web_socket(*said))
    sky.crawl()
    away = [
        event("did:plc:b", 4, "account", account={"active": False, "status": "deactivated"}),
        event(ADA, 4, "account", account={"active": False, "status": "takendown"}),
    ]
    sky.serve(web_socket(*away))
    _, rows = sky.crawl()
    assert buckets(rows) == [("deleted", "1"), ("deleted", "2")]
    assert rows[0]["deleted_at"] == NOON - timedelta(minutes=4)


def test_what_is_deleted_in_the_same_drain_leaves_no_text(sky: Sky) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon s3cret"), write(ADA, "1", 59, "delete")))
    outcome, rows = sky.crawl()
    assert buckets(rows) == [("deleted", "1")] * 2
    assert not any(row["text"] for row in rows)
    warc = sky.root.landed(outcome.batch_id or "").with_suffix(".warc.gz")
    assert b"s3cret" not in gzip.decompress(warc.read_bytes())


def test_only_frames_that_match_are_kept_raw(sky: Sky) -> None:
    other = post(ADA, "2", 59, "a lovely morning")
    sky.serve(web_socket(post(ADA, "1", 60, "a quillon morning"), other))
    outcome, rows = sky.crawl()
    assert buckets(rows) == [("kept", "1"), ("off_topic", "2")]
    warc = sky.root.landed(outcome.batch_id or "").with_suffix(".warc.gz")
    kept = gzip.decompress(warc.read_bytes())
    assert b"a quillon morning" in kept
    assert b"a lovely morning" not in kept


def test_answers_to_the_brand_are_heard_without_its_name_and_its_own_posts_are_its_own(
    sky: Sky,
) -> None:
    ours = post(CARE, "1", 60, "We are here all night")
    parent = {"uri": uri(CARE, "1"), "cid": "x"}
    answer = post(ADA, "2", 59, "Nobody answers me!", reply={"root": parent, "parent": parent})
    sky.serve(web_socket(ours, answer))
    _, rows = sky.crawl()
    assert buckets(rows) == [("kept", "1"), ("kept", "2")]
    assert rows[0]["author"] == "Care.quillon.example"
    assert (rows[1]["brand_id"], rows[1]["parent_id"]) == ("quillon", rows[0]["mention_id"])


def test_a_stream_that_forgot_is_told(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon")))
    sky.crawl()
    monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(days=3)).isoformat())
    sky.serve(web_socket(post(ADA, "2", -60 * 48, "quillon")))
    outcome, _ = sky.crawl()
    assert outcome.coverage.state == "partial"
    assert "no longer held 2 days" in outcome.coverage.reason


def test_a_crawl_cut_between_two_pages_lists_what_it_passed_over(
    sky: Sky, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger law: the cursor never passes a post that no batch names."""
    monkeypatch.setattr(_bluesky_stream, "PER_PAGE", 2)
    texts = ["a morning", "quillon one", "a noon", "quillon two", "an evening"]
    posts = [post(ADA, str(n), 60 - n, text) for n, text in enumerate(texts)]

    def served(asked: Asked) -> Answer:
        since = int(asked.query["cursor"])
        return web_socket(*(one for one in posts if json.loads(one)["time_us"] >= since))

    sky.serve(served)
    with monkeypatch.context() as patch:
        patch.setitem(_REGISTERED, "bluesky", replace(SOURCES["bluesky"], max_pages=1))
        first, rows = sky.crawl()
    assert "more than 1 pages" in str(first.error)
    _, rest = sky.crawl()
    assert buckets(rows) == [("kept", "1"), ("off_topic", "0")]
    listed = {name: bucket for bucket, name in buckets([*rows, *rest])}
    assert listed == {
        "0": "off_topic", "1": "kept", "2": "off_topic", "3": "kept", "4": "off_topic",
    }  # fmt: skip


def test_an_api_that_fails_once_loses_and_doubles_nothing(
    sky: Sky, monkeypatch: pytest.MonkeyPatch
) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon one")))
    sky.crawl()
    monkeypatch.setattr(_bluesky_stream, "LISTED", 1)
    sky.serve(
        web_socket(
            post(ADA, "2", 50, "a morning"),
            write(ADA, "1", 49, "delete"),
            post(ADA, "3", 48, "quillon three"),
        )
    )
    broken = [reply(status=503)] * TRIES
    sky.server.on("/xrpc/app.bsky.feed.getPosts", *broken, reply({"posts": []}))
    outcome, rows = sky.crawl()
    assert outcome.error is None
    assert buckets(rows) == [("deleted", "1"), ("kept", "3"), ("off_topic", "2")]
    assert outcome.coverage.reason == ""


def test_of_a_flood_about_other_things_the_first_are_listed_and_all_are_counted(
    sky: Sky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_bluesky_stream, "LISTED", 10)
    monkeypatch.setattr(_bluesky_stream, "PER_PAGE", 4)
    other = [post(ADA, str(n), 60, "a morning") for n in range(13)]
    sky.serve(web_socket(*other, post(ADA, "q", 50, "quillon")))
    outcome, rows = sky.crawl()
    listed = [("off_topic", str(n)) for n in range(10)]
    assert sorted(buckets(rows)) == [("kept", "q"), *listed]
    assert (outcome.coverage.state, outcome.error) == ("complete", None)
    assert "3 of 13 posts and deletions" in outcome.coverage.reason


@pytest.mark.parametrize(
    ("field", "renamed"),
    [('"time_us"', '"time"'), ('"rkey"', '"key"'), ('"text"', '"body"'), ('"createdAt"', '"at"')],
)
def test_a_renamed_field_is_an_error_and_moves_no_cursor(
    sky: Sky, field: str, renamed: str
) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon").replace(field, renamed)))
    outcome, rows = sky.crawl()
    assert type(outcome.error).__name__ == "SourceChanged"
    assert rows == []


def test_an_api_that_changed_is_an_error(sky: Sky) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon")))
    author = {"did": ADA, "handle": "ada.example"}
    for view in (
        {"uri": uri(ADA, "1")},
        {"uri": uri(ADA, "1"), "author": author, "likeCount": "1"},
    ):
        sky.api("getPosts", {"posts": [view]})
        outcome, _ = sky.crawl()
        assert type(outcome.error).__name__ == "SourceChanged", view


def test_another_jetstream_without_an_api_is_heard_without_handles_and_counts(sky: Sky) -> None:
    sky.serve(web_socket(post(ADA, "1", 60, "quillon")))
    for method in ("actor.getProfiles", "feed.getPosts"):
        sky.server.on(f"/xrpc/app.bsky.{method}", reply(b"no such page", 404))
    outcome, rows = sky.crawl()
    assert outcome.error is None
    assert [(row["author"], row["likes"]) for row in rows] == [(ADA, None)]


def test_a_stream_that_is_late_is_capped_and_goes_on(sky: Sky) -> None:
    def endless(connection: Any, asked: Asked) -> None:
        hold = web_socket(post(ADA, "1", 60, "quillon one"), close=None, packed=False)
        hold.speak(connection, asked)

    sky.brands = BrandFile(
        (BRAND,), sources={"bluesky": {"base_url": "ws://jet.example", "minutes": 0.005}}
    )
    sky.serve(Raw(endless))
    outcome, rows = sky.crawl()
    assert outcome.coverage.state == "capped"
    assert "the next crawl goes on" in outcome.coverage.reason
    assert buckets(rows) == [("kept", "1")]


FIXTURE = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "bluesky"


@pytest.mark.shared
@pytest.mark.skipif(not FIXTURE.exists(), reason="no ../shared/fixtures beside the project")
def test_every_recorded_event_is_read(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    """150 events of July 2026: 17 posts said, one deleted, the rest likes and the like."""
    monkeypatch.setenv("LISTENING_NOW", "2026-07-04T14:40:00Z")
    lines = (FIXTURE / "jetstream_expected_v1.jsonl").read_text().splitlines()
    sky.serve(web_socket(*lines))
    outcome, rows = sky.crawl()
    assert outcome.error is None
    said = {}
    for line in map(json.loads, lines):
        if (commit := line.get("commit")) and commit["collection"] == POST:
            said[f"at://{line['did']}/{POST}/{commit['rkey']}"] = commit["operation"]
    assert len(said) == 18
    assert {row["native_id"] for row in rows} == set(said)
    counted = [row["bucket"] for row in rows]
    assert (counted.count("off_topic"), counted.count("deleted")) == (17, 1)
    shape = json.loads((FIXTURE / "searchPosts_shape.json").read_text())
    assert counts(shape["posts"][0]) == {"likes": 14, "comments": 1, "shares": 2}


@pytest.mark.parametrize(
    ("embed", "cids"),
    [
        ({"images": [{"image": {"ref": {"$link": "c1"}}}, {"image": {"ref": {"$link": "c2"}}}]},
         ["c1", "c2"]),
        ({"record": {}, "media": {"images": [{"image": {"ref": {"$link": "c3"}}}]}}, ["c3"]),
        ({"images": [{"image": {"ref": 7}}, "odd", {"image": None}]}, []),
        ({"external": {"uri": "https://a.example/", "thumb": {"ref": {"$link": "c4"}}}}, []),
        (None, []),
    ],
)  # fmt: skip
def test_pictures_of_a_post_are_known_by_their_small_form(embed: Any, cids: list[str]) -> None:
    told = json.loads(post(ADA, "a", 1, "Quillon", embed=embed))
    cdn = f"https://cdn.bsky.app/img/feed_thumbnail/plain/{ADA}"
    assert read_post(told, NOON, {}).images == tuple(f"{cdn}/{cid}@jpeg" for cid in cids)
