"""The crawl: what it seals, what it keeps when things go wrong, and where its cursor stands."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from listening import sources
from listening.contract import Brand, ConfigurationError, Page
from listening.crawl import Stream, crawl_stream, streams

from .conftest import Asked, reply
from .lab import BRAND, NOON, Lab, brand_file, feed, status

# --- streams ----------------------------------------------------------------------------


def test_a_stream_keeps_its_name_whatever_the_port_and_survives_json() -> None:
    brands = brand_file(mastodon={"base_url": "https://social.example", "tags": ["Quillon", "né"]})
    first, accented = streams(brands)
    (moved, _) = streams(brands, only="mastodon", base_url="http://social.example:8080")
    assert first.id == moved.id == "mastodon--social.example--quillon"
    assert accented.id.startswith("mastodon--social.example--n-")
    assert Stream.from_json(json.loads(json.dumps(accented.to_json()))) == accented


def test_a_base_url_moves_addresses_and_one_with_a_path_replaces_them() -> None:
    brands = brand_file(rss={"urls": ["https://news.example/a.xml", "https://news.example/b.xml"]})
    moved = streams(brands, only="rss", base_url="http://127.0.0.1:9")
    assert [one.settings["url"] for one in moved] == [
        "http://127.0.0.1:9/a.xml", "http://127.0.0.1:9/b.xml",
    ]  # fmt: skip
    (only,) = streams(brand_file(), only="rss", base_url="http://127.0.0.1:9/feed.xml")
    assert only.id == "rss--127.0.0.1--feed.xml"


def test_queries_that_cover_a_source_are_its_streams() -> None:
    from listening.contract import Query

    queries = (
        Query("main", 'quillon OR "quillon k3"'), Query("feeds", "lid", sources=("rss",)),
    )  # fmt: skip
    brands = dataclasses.replace(brand_file(hackernews={}), queries=queries)
    (stream,) = streams(brands, only="hackernews")
    assert stream.id == "hackernews--hn.algolia.com--main"
    (implied,) = streams(brand_file(hackernews={}))
    assert implied.settings["texts"] == ["Quillon"]


@pytest.mark.parametrize(
    ("settings", "only", "said"),
    [
        ({"rss": {"urls": []}}, None, "urls"),
        ({"rss": {"urls": ["http://a.example/"], "every": 5}}, None, "every"),
        ({}, "rss", "urls"),
        ({}, "telegraph", "no source is called 'telegraph'"),
        ({"rss": {"urls": ["http://a.example/a-b", "http://a.example/a/b"]}}, None, "same stream"),
        ({"appstore": {"apps": [{"id": "1", "brand": "nobody"}]}}, None, "nobody"),
    ],
)
def test_wrong_settings_are_configuration_errors(
    settings: dict[str, Any], only: str | None, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        streams(brand_file(**settings), only=only)


def test_a_competitors_app_is_off_channel_and_an_own_domain_is_owned() -> None:
    rival = Brand(id="brassica", name="Brassica", role="competitor")
    brands = dataclasses.replace(
        brand_file(
            appstore={"apps": [{"id": "1", "brand": "quillon"}, {"id": "2", "brand": "brassica"}]},
            rss={"urls": ["https://blog.quillon.example/feed", "https://news.example/feed"]},
        ),
        brands=(BRAND, rival),
    )
    found = {stream.id: stream.relation for stream in streams(brands)}
    assert found == {
        "appstore--itunes.apple.com--us-1": "owned",
        "appstore--itunes.apple.com--us-2": "off_channel",
        "rss--blog.quillon.example--feed": "owned",
        "rss--news.example--feed": "off_channel",
    }


# --- what is sealed ---------------------------------------------------------------------


def test_a_batch_holds_its_rows_its_cursor_and_the_exchange(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed("a", "b"), ETag='"v1"'))
    outcome = lab.crawl()
    (batch,) = lab.batches()
    assert outcome.batch_id == batch.batch_id
    assert (outcome.served, outcome.counts) == (2, {"kept": 2})
    assert batch.cursor_after["etag"] == '"v1"'
    assert (batch.coverage.state, batch.coverage.until) == ("complete", NOON)
    warc = lab.root.landed(batch.batch_id).with_suffix(".warc.gz")
    with warc.open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["response", "request"]


def test_an_empty_poll_seals_nothing_but_an_hourly_sign_of_life(lab: Lab) -> None:
    def answer(asked: Asked) -> bytes:
        known = asked.headers.get("if-none-match") == '"v1"'
        return reply(status=304) if known else reply(feed("a"), ETag='"v1"')

    lab.server.on("/feed.xml", answer)
    lab.crawl()
    for minutes, sealed in ((15, 1), (45, 1), (61, 2), (90, 2)):
        lab.at(NOON + timedelta(minutes=minutes))
        assert lab.crawl().error is None
        assert len(lab.batches()) == sealed
    assert lab.batches()[1].counts == {}
    assert lab.batches()[1].cursor_after == lab.batches()[0].cursor_after
    assert not list(lab.root.landing.rglob("*.tmp"))


def test_a_failure_midway_keeps_the_pages_before_it_and_the_cursor(lab: Lab) -> None:
    newest, older = status(20, NOON - timedelta(hours=1)), status(10, NOON - timedelta(hours=5))
    lab.timeline([newest], reply(status=500))
    outcome = lab.crawl("mastodon")
    assert outcome.error is not None
    assert "status 500" in str(outcome.error)
    (batch,) = lab.batches()
    assert (batch.coverage.state, batch.served, batch.cursor_after) == ("partial", 1, {})
    lab.timeline([newest], [older])
    assert lab.crawl("mastodon").error is None
    assert {row["native_id"] for row in lab.rows()} == {"10", "20"}


def test_a_source_out_of_reach_seals_one_blocked_batch_an_hour(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(status=403))
    for minutes, sealed in ((0, 1), (15, 1), (61, 2)):
        lab.at(NOON + timedelta(minutes=minutes))
        outcome = lab.crawl()
        assert outcome.error is not None
        assert outcome.coverage.state == "blocked"
        assert len(lab.batches()) == sealed
    assert all(batch.coverage.state == "blocked" for batch in lab.batches())
    lab.server.on("/feed.xml", reply(feed("a")))
    lab.at(NOON + timedelta(minutes=62))
    assert lab.crawl().error is None
    assert [batch.coverage.state for batch in lab.batches()][-1] == "complete"


def test_a_refused_host_is_told_with_its_mend(lab: Lab) -> None:
    lab.brands = brand_file(rss={"urls": ["http://127.0.0.1:9/feed.xml"]})
    outcome = lab.crawl()
    assert "--allow-host 127.0.0.1" in str(outcome.error)
    (stream,) = streams(lab.brands)
    lab.server.on("/feed.xml", reply(feed("a")))
    (stream,) = streams(lab.brands, only="rss", base_url=lab.server.url)
    outcome = crawl_stream(lab.root, stream, lab.brands, allow_hosts=["127.0.0.1"])
    assert outcome.error is None


def test_the_cursor_stays_five_minutes_behind_and_never_goes_back(lab: Lab) -> None:
    ahead = [status(20, NOON + timedelta(days=1)), status(10, NOON - timedelta(hours=1))]
    lab.timeline(ahead)
    lab.crawl("mastodon")
    assert lab.batches()[-1].cursor_after == {"at": (NOON - timedelta(minutes=5)).isoformat()}
    assert [row["warnings"] for row in lab.rows()] == [["future"], []]
    lab.timeline([status(10, NOON - timedelta(hours=1))])
    lab.server.on("/api/v1/statuses/20", reply({"error": "gone"}, 404))
    lab.at(NOON + timedelta(minutes=1))
    lab.crawl("mastodon")
    assert lab.batches()[-1].cursor_after == {"at": (NOON - timedelta(minutes=5)).isoformat()}


def test_what_arrives_two_days_late_is_found(lab: Lab) -> None:
    lab.timeline([status(20, NOON)])
    lab.crawl("mastodon")
    lab.at(NOON + timedelta(hours=1))
    lab.timeline([status(20, NOON)], [status(10, NOON - timedelta(hours=47))])
    lab.crawl("mastodon")
    assert {row["native_id"] for row in lab.rows()} == {"10", "20"}


def version(text: str, at: datetime) -> dict[str, Any]:
    return {"content": text, "created_at": at.isoformat(), "spoiler_text": ""}


def test_edits_between_two_looks_come_with_their_history(lab: Lab) -> None:
    lab.timeline([status(20, NOON)])
    lab.crawl("mastodon")
    moments = [NOON + timedelta(minutes=minutes) for minutes in (10, 20)]
    edited = {**status(20, NOON), "content": "#quillon third", "edited_at": moments[1].isoformat()}
    lab.timeline([edited])
    told = [version("#quillon", NOON), version("#quillon second", moments[0]),
            version("#quillon third", moments[1])]  # fmt: skip
    lab.server.on("/api/v1/statuses/20/history", reply(told))
    lab.at(NOON + timedelta(hours=1))
    assert lab.crawl("mastodon").error is None
    rows = [(row["text"], row["edited_at"]) for row in lab.rows()[1:]]
    assert rows == [("#quillon second", moments[0]), ("#quillon third", moments[1])]
    asked = lab.server.paths().count("/api/v1/statuses/20/history")
    lab.crawl("mastodon")
    assert lab.server.paths().count("/api/v1/statuses/20/history") == asked == 1


def test_an_edit_whose_history_cannot_be_had_stands_all_the_same(lab: Lab) -> None:
    lab.timeline([status(20, NOON)])
    lab.crawl("mastodon")
    moment = NOON + timedelta(minutes=10)
    lab.timeline([{**status(20, NOON), "content": "#quillon!", "edited_at": moment.isoformat()}])
    lab.at(NOON + timedelta(hours=1))
    assert lab.crawl("mastodon").error is None
    assert lab.rows()[-1]["text"] == "#quillon!"


def test_a_source_that_spoke_and_is_silent_is_an_error(lab: Lab) -> None:
    """Its posts are still there singly, so the empty tag is a lie."""
    post = status(20, NOON)
    lab.timeline([post])
    lab.crawl("mastodon")
    lab.timeline([])
    lab.server.on("/api/v1/statuses/20", reply(post))
    outcome = lab.crawl("mastodon")
    assert type(outcome.error).__name__ == "SourceSilent"
    assert len(lab.batches()) == 2
    assert lab.batches()[-1].coverage.state == "blocked"


def test_a_silent_search_is_an_error(lab: Lab) -> None:
    lab.brands = brand_file(hackernews={"base_url": "http://hn.example"})
    hit = {
        "objectID": "5", "author": "ada", "title": "Quillon", "story_text": None, "points": 1,
        "num_comments": 0, "story_id": 5, "created_at_i": int(NOON.timestamp()) - 60,
        "_tags": ["story"],
    }  # fmt: skip
    lab.server.on(
        "/api/v1/search_by_date",
        reply({"hits": [hit], "nbHits": 1, "nbPages": 1}),
        reply({"hits": [], "nbHits": 0, "nbPages": 0}),
    )
    lab.server.on("/v0/item/5.json", reply({"id": 5, "type": "story"}))
    assert lab.crawl("hackernews").error is None
    assert type(lab.crawl("hackernews").error).__name__ == "SourceSilent"


@pytest.fixture
def odd_source(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a test put its own pages in place of the feed's."""
    rss = sources.SOURCES["rss"]

    def replace(**changes: Any) -> None:
        monkeypatch.setitem(sources._REGISTERED, "rss", dataclasses.replace(rss, **changes))

    return replace


def test_the_page_cap_is_a_visible_error(lab: Lab, odd_source: Any) -> None:
    odd_source(crawl=lambda _: (Page((), 0) for _ in range(10_000)), max_pages=20)
    outcome = lab.crawl()
    assert "more than 20 pages" in str(outcome.error)


def test_a_fault_in_a_source_is_its_streams_error_and_nobody_elses(
    lab: Lab, odd_source: Any
) -> None:
    def crawl(_: Any) -> Iterator[Page]:
        yield Page((), 0, {"page": 1})
        raise KeyError("surprise")

    odd_source(crawl=crawl)
    outcome = lab.crawl()
    assert "KeyError" in str(outcome.error)
    assert "listening/sources/rss.py" in str(outcome.error)
    assert lab.batches()[-1].cursor_after == {"page": 1}
    assert lab.batches()[-1].coverage.state == "partial"


def test_a_source_that_loses_an_item_seals_nothing(lab: Lab, odd_source: Any) -> None:
    odd_source(crawl=lambda _: iter([Page((), 3)]))
    outcome = lab.crawl()
    assert "3 items were served, and 0 accounted for" in str(outcome.error)
    assert lab.batches() == []


def test_a_damaged_batch_is_crawled_again_from_its_predecessor(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed("a")))
    lab.crawl()
    lab.server.on("/feed.xml", reply(feed("a", "b")))
    damaged = lab.crawl()
    path = lab.root.landed(damaged.batch_id or "")
    path.write_bytes(path.read_bytes()[:-20])
    outcome = lab.crawl()
    assert outcome.error is None
    assert (outcome.coverage.state, outcome.served) == ("partial", 2)
    assert (damaged.batch_id or "?") in outcome.coverage.reason
    assert {row["native_id"] for row in lab.rows()} == {
        "http://news.example/a", "http://news.example/b",
    }  # fmt: skip
    assert lab.crawl().coverage.state == "complete"


def test_the_disk_that_refuses_is_an_error_and_nothing_is_half_sealed(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed("a")))
    lab.root.path.mkdir(parents=True)
    lab.root.landing.write_text("in the way")
    outcome = lab.crawl()
    assert outcome.error is not None
    assert outcome.batch_id is None


CHILD = """
import sys
from pathlib import Path
from listening.contract import Brand, BrandFile, DataRoot
from listening.crawl import crawl_stream, streams
brands = BrandFile(
    brands=(Brand(id="quillon", name="Quillon", role="own"),),
    sources={"rss": {"urls": ["http://news.example/feed.xml"]}},
)
(stream,) = streams(brands)
outcome = crawl_stream(DataRoot(Path(sys.argv[1])), stream, brands)
sys.exit(str(outcome.error) if outcome.error else 0)
"""


@pytest.mark.parametrize("point", ["seal:after_warc_link", "seal:after_link"])
def test_a_crawl_killed_while_sealing_loses_nothing_and_doubles_nothing(
    lab: Lab, point: str
) -> None:
    lab.server.on("/feed.xml", reply(feed("a", "b")))
    command = [sys.executable, "-c", CHILD, str(lab.root.path)]
    killed = subprocess.run(command, env={**os.environ, "LISTENING_CRASH_AT": point}, check=False)
    assert killed.returncode == 137
    again = subprocess.run(command, check=False, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    kept = [row["native_id"] for row in lab.rows() if row["bucket"] == "kept"]
    assert sorted(kept) == ["http://news.example/a", "http://news.example/b"]
    assert not list(lab.root.landing.rglob("*.tmp"))
