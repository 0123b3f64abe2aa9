"""YouTube: what is paid for, what is refused, whose channel it is, and every recorded answer."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.backfill import backfill_stream
from listening.contract import Brand, BrandFile, ConfigurationError, DataRoot, Mention
from listening.crawl import Outcome, crawl_stream
from listening.sources import SOURCES
from listening.sources._read import read_items
from listening.sources._youtube import item_id, until_midnight
from listening.sources._youtube_comments import read_thread
from listening.sources.shape.youtube import read_comment, read_video
from listening.streams import streams
from tests.listening.conftest import Asked, FakeTime, Server, reply

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
BRAND = Brand(id="quillon", name="Quillon", role="own")
CHANNEL = "UC" + "q" * 22


def page(*items: Any, token: str = "") -> bytes:
    return reply({"items": list(items), **({"nextPageToken": token} if token else {})})


def refusal(reason: str) -> bytes:
    return reply({"error": {"code": 403, "errors": [{"reason": reason}]}}, 403)


def video(name: str, title: str = "Quillon", **counts: str) -> dict[str, Any]:
    snippet = {
        "title": title, "description": "", "channelTitle": "Lab", "channelId": CHANNEL,
        "publishedAt": "2026-10-04T10:00:00Z",
    }  # fmt: skip
    return {"id": name, "snippet": snippet, "statistics": counts}


def hit(name: str, title: str = "Quillon") -> dict[str, Any]:
    """Return a video as a search shows it."""
    return {"id": {"videoId": name}, "snippet": video(name, title)["snippet"]}


def thread(name: str, text: str, likes: int = 0) -> dict[str, Any]:
    at = "2026-10-04T11:00:00Z"
    snippet = {
        "authorDisplayName": "@ada", "textOriginal": text, "likeCount": likes, "publishedAt": at,
        "updatedAt": at,
    }  # fmt: skip
    top = {"id": name, "snippet": snippet}
    return {
        "id": name,
        "snippet": {"videoId": "quillonvid1", "topLevelComment": top, "totalReplyCount": 0},
    }


def upload(name: str, at: str) -> dict[str, Any]:
    return {"contentDetails": {"videoId": name, "videoPublishedAt": at}}


class Tube:
    """One root and one YouTube; nothing is there but what a test puts there."""

    def __init__(self, server: Server, root: DataRoot, fake_time: FakeTime) -> None:
        self.server, self.root, self.fake_time = server, root, fake_time
        for path in ("search", "videos", "commentThreads", "comments", "playlistItems"):
            self.on(path, page())

    def on(self, path: str, *answers: Any) -> None:
        self.server.on(f"/youtube/v3/{path}", *answers)

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.server.asked if one.path == f"/youtube/v3/{path}"]

    def crawl(self, target: str = "implied", **more: Any) -> tuple[Outcome, list[dict[str, Any]]]:
        settings = {"base_url": "http://tube.example", **more}
        brands = BrandFile((BRAND,), sources={"youtube": settings})
        (stream,) = (one for one in streams(brands) if one.target == target)
        outcome = crawl_stream(self.root, stream, brands, clock=self.fake_time.clock)
        if not outcome.batch_id:
            return outcome, []
        return outcome, pq.read_table(self.root.landed(outcome.batch_id)).to_pylist()


@pytest.fixture
def tube(
    server: Server, root: DataRoot, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> Tube:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_YOUTUBE", '{"password": "s3cret-key"}')
    return Tube(server, root, fake_time)


def spent(tube: Tube) -> dict[str, int]:
    state: dict[str, dict[str, int]] = json.loads(
        (tube.root.path / "spend/youtube.json").read_text()
    )
    assert list(state) == ["2026-10-05"]
    return dict(state["2026-10-05"])


def test_an_own_channel_is_heard_whole_and_its_units_are_counted(tube: Tube) -> None:
    old = upload("quillonold1", "2026-08-01T10:00:00Z")
    tube.on("playlistItems", page(upload("quillonvid1", "2026-10-04T10:00:00Z"), old))
    tube.on("videos", page(video("quillonvid1", "Hello", viewCount="9")))
    tube.on("commentThreads", page(thread("Ug1", "First!")))
    channels = [{"id": CHANNEL, "brand": "quillon"}]
    outcome, rows = tube.crawl(f"c-{CHANNEL}", channels=channels)
    assert outcome.error is None
    assert [(row["bucket"], row["native_id"]) for row in rows] == [
        ("kept", "quillonvid1"), ("kept", "Ug1"),
    ]  # fmt: skip
    assert all(row["owned"] and row["brand_id"] == "quillon" for row in rows)
    assert rows[1]["parent_id"] == rows[0]["mention_id"]
    assert tube.asked("playlistItems")[0].query["playlistId"] == f"UU{'q' * 22}"
    assert tube.asked("videos")[0].query["id"] == "quillonvid1"
    assert not tube.asked("search")
    assert spent(tube) == {"list": 3}


def test_a_query_is_searched_every_few_hours_only(
    tube: Tube, monkeypatch: pytest.MonkeyPatch
) -> None:
    tube.on("search", page(hit("quillonvid1", "Quillon &amp; co")))
    tube.on("videos", page(video("quillonvid1")))
    tube.crawl()
    assert spent(tube) == {"search": 1, "list": 2}
    for hours, searches in ((5, 1), (6, 2)):
        monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(hours=hours)).isoformat())
        outcome, _ = tube.crawl()
        assert (outcome.error, len(tube.asked("search"))) == (None, searches)


def test_a_search_that_was_paid_for_is_not_repeated_after_a_failure(tube: Tube) -> None:
    tube.on("search", page(hit("quillonvid1")))
    tube.on("videos", page(video("quillonvid1")))
    tube.on("commentThreads", refusal("forbidden"))
    outcome, rows = tube.crawl()
    assert "status 403" in str(outcome.error)
    assert [row["native_id"] for row in rows] == ["quillonvid1"]
    tube.crawl()
    assert len(tube.asked("search")) == 1


def test_the_cap_of_the_day_is_never_passed(tube: Tube) -> None:
    outcome, _ = tube.crawl(cap=99)
    assert type(outcome.error).__name__ == "SpendCappedError"
    assert tube.server.asked == []


def test_a_used_up_quota_is_rest_until_pacific_midnight(tube: Tube) -> None:
    tube.on("search", refusal("quotaExceeded"))
    outcome, _ = tube.crawl()
    assert type(outcome.error).__name__ == "RateLimitedError"
    assert "2026-10-06T07:00:00" in str(outcome.error)
    tube.crawl()
    assert len(tube.server.asked) == 1
    assert until_midnight(NOON) == 19 * 3600


def test_comments_that_are_switched_off_are_no_error_and_other_refusals_are(tube: Tube) -> None:
    tube.on("search", page(hit("quillonvid1")))
    tube.on("videos", page(video("quillonvid1", likeCount="3")))
    tube.on("commentThreads", refusal("commentsDisabled"))
    outcome, rows = tube.crawl(search_hours=0)
    assert (outcome.error, len(rows)) == (None, 1)
    tube.on("commentThreads", reply({"error": {"code": 404}}, 404))
    outcome, _ = tube.crawl(search_hours=0)
    assert outcome.error is None
    tube.on("commentThreads", reply(b"{}", 403))
    outcome, _ = tube.crawl(search_hours=0)
    assert outcome.coverage.state == "partial"


def test_a_video_that_went_is_deleted_and_one_only_searched_is_kept(tube: Tube) -> None:
    tube.on("search", page(hit("quillonvid1")), page())
    outcome, rows = tube.crawl(search_hours=0)
    assert [row["bucket"] for row in rows] == ["kept"], "not listed yet, but found"
    outcome, rows = tube.crawl(search_hours=0)
    assert outcome.error is None
    assert [row["bucket"] for row in rows] == ["deleted"]


def test_a_search_with_more_than_is_read_is_capped(tube: Tube) -> None:
    def results(asked: Asked) -> bytes:
        number = int(asked.query.get("pageToken", "0"))
        found = [hit(f"v{number:02}{n:08}") for n in range(50)]
        return page(*found, token=str(number + 1))

    tube.on("search", results)
    for one in ("videos", "commentThreads"):
        tube.on(one, page())
    outcome, rows = tube.crawl()
    assert outcome.coverage.state == "capped"
    assert len(rows) == 250
    assert spent(tube)["search"] == 5


def test_without_a_key_it_says_what_is_missing(tube: Tube, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_YOUTUBE")
    outcome, _ = tube.crawl()
    assert "AIRFLOW_CONN_YOUTUBE" in str(outcome.error)
    assert outcome.coverage.state == "blocked"
    assert tube.server.asked == []


def test_the_key_is_kept_nowhere(tube: Tube) -> None:
    tube.on("search", page(hit("quillonvid1")))
    tube.crawl()
    assert tube.server.asked[0].headers["x-goog-api-key"] == "s3cret-key"
    for path in tube.root.path.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            body = gzip.decompress(body) if path.name.endswith(".gz") else body
            assert b"s3cret" not in body, path


def test_a_channel_of_no_brand_of_the_file_is_refused(tube: Tube) -> None:
    with pytest.raises(ConfigurationError, match=CHANNEL):
        tube.crawl(channels=[{"id": CHANNEL, "brand": "nobody"}])


FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "youtube"


@pytest.mark.shared
@pytest.mark.skipif(not FIXTURES.exists(), reason="no ../shared/fixtures beside the project")
def test_every_recorded_item_is_read() -> None:
    """50 videos a search found, one listed, 14 threads, two answers; a channel is no mention."""
    assert SOURCES["youtube"].verified == "recorded"
    read: list[Any] = []
    for path in sorted(FIXTURES.glob("*.json")):
        items = json.loads(path.read_text())["items"]
        kind = items[0]["kind"].removeprefix("youtube#")
        if kind in ("searchResult", "video"):
            read += read_items("youtube", "", items, lambda one: read_video(one, NOON), item_id)
        elif kind in ("commentThread", "comment"):
            pairs = [(one, "") for one in items]
            if kind == "commentThread":
                pairs = [pair for one in items for pair in list(read_thread(None, _whole(one)))]  # type: ignore[arg-type]
            read += read_items(
                "youtube",
                "",
                pairs,
                lambda pair: read_comment(*pair, NOON),
                lambda p: item_id(p[0]),
            )
    assert all(isinstance(one, Mention) and one.native_id for one in read)
    assert [sum(one.kind == kind for one in read) for kind in ("post", "comment")] == [51, 16]


def _whole(thread: dict[str, Any]) -> dict[str, Any]:
    """Return a thread as one without answers: they are another request's."""
    return {**thread, "snippet": {**thread["snippet"], "totalReplyCount": 0}}


@pytest.mark.shared
@pytest.mark.skipif(not FIXTURES.exists(), reason="no ../shared/fixtures beside the project")
def test_the_recorded_search_is_accounted_for(tube: Tube) -> None:
    pages = [json.loads((FIXTURES / f"search_by_keywords_p{n}.json").read_text()) for n in (1, 2)]
    pages[1].pop("nextPageToken", None)
    tube.on("search", *map(reply, pages))
    outcome, rows = tube.crawl()
    assert outcome.error is None
    served = {item["id"]["videoId"] for one in pages for item in one["items"]}
    assert {row["native_id"] for row in rows} == served
    assert outcome.served == len(rows) == len(served)


def test_the_past_is_searched_month_by_month(tube: Tube) -> None:
    """Each slice is bounded on both sides, and holds the comments under its videos."""
    tube.on("search", page(hit("quillonvid1")), page())
    tube.on("videos", page(video("quillonvid1")))
    tube.on("commentThreads", page(thread("t1", "My quillon hums")))
    settings = {"base_url": "http://tube.example"}
    (stream,) = streams(brands := BrandFile((BRAND,), sources={"youtube": settings}))
    clock = tube.fake_time.clock
    done = list(backfill_stream(tube.root, stream, brands, date(2026, 8, 20), clock=clock))
    assert [one.error for one in done] == [None, None]
    asked = [(one.query["publishedAfter"], one.query["publishedBefore"])
             for one in tube.asked("search")]  # fmt: skip
    assert asked == [
        ("2026-08-20T00:00:00Z", "2026-09-19T00:00:00Z"),
        ("2026-09-19T00:00:00Z", "2026-10-05T11:55:00Z"),
    ]
    rows = pq.read_table(tube.root.landed(done[0].batch_id or "")).to_pylist()
    assert [row["native_id"] for row in rows] == ["quillonvid1", "t1"]


def test_the_past_of_a_channel_holds_the_uploads_of_each_month(tube: Tube) -> None:
    uploads = [upload(f"quillonvid{number}", f"2026-{month}-10T10:00:00Z")
               for number, month in enumerate(("10", "09", "08"))]  # fmt: skip
    tube.on("playlistItems", page(*uploads))
    settings = {"base_url": "http://tube.example", "search": False,
                "channels": [{"id": CHANNEL, "brand": "quillon"}]}  # fmt: skip
    (stream,) = streams(brands := BrandFile((BRAND,), sources={"youtube": settings}))
    clock = tube.fake_time.clock
    list(backfill_stream(tube.root, stream, brands, date(2026, 8, 20), clock=clock))
    assert [one.query["id"] for one in tube.asked("videos")] == ["quillonvid1"]
