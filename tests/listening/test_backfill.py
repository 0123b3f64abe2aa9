"""The past of a stream is a stream of its own: sliced by time, resumed where it stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from listening.backfill import backfill_stream
from listening.contract import ConfigurationError
from listening.crawl import Outcome, streams

from .conftest import Asked, reply
from .lab import NOON, Lab, brand_file, feed, status

SINCE = date(2026, 7, 1)
SEARCH = "/api/v1/search_by_date"


def back(lab: Lab, name: str, since: date = SINCE) -> list[Outcome]:
    (stream,) = streams(lab.brands, only=name)
    return list(backfill_stream(lab.root, stream, lab.brands, since, clock=lab.time.clock))


def search(lab: Lab, moments: list[datetime], cap: int = 1000) -> None:
    """Serve a search over stories of these moments, as Algolia does, up to its cap."""

    def answer(asked: Asked) -> bytes:
        bounds = asked.query["numericFilters"].split(",")
        after = int(bounds[0].removeprefix("created_at_i>"))
        until = int(bounds[1].removeprefix("created_at_i<=")) if len(bounds) > 1 else 10**12
        found = [
            hit(number, int(moment.timestamp()))
            for number, moment in enumerate(moments)
            if after < moment.timestamp() <= until
        ]
        size, page = int(asked.query["hitsPerPage"]), int(asked.query["page"])
        reach = found[::-1][:cap]
        shown = reach[page * size : (page + 1) * size]
        pages = -(-len(reach) // size)
        return reply({"hits": shown, "nbHits": len(found), "nbPages": pages, "hitsPerPage": size})

    lab.brands = brand_file(hackernews={"base_url": "http://hn.example"})
    lab.server.on(SEARCH, answer)


def hit(number: int, created: int) -> dict[str, Any]:
    return {
        "objectID": str(number), "author": "ada", "title": "Quillon", "story_text": None,
        "points": 1, "num_comments": 0, "story_id": number, "created_at_i": created,
        "_tags": ["story"],
    }  # fmt: skip


def ids(lab: Lab) -> set[str]:
    return {row["native_id"] for row in lab.rows() if row["bucket"] == "kept"}


def test_a_backfill_is_a_stream_of_its_own_and_takes_slice_by_slice(lab: Lab) -> None:
    moments = [datetime(2026, 6, 15, tzinfo=UTC) + timedelta(days=day) for day in range(110)]
    search(lab, moments)
    outcomes = back(lab, "hackernews")
    assert [outcome.error for outcome in outcomes] == [None] * 4
    batches = lab.batches()
    assert {batch.stream for batch in batches} == {
        "hackernews--hn.example--implied-backfill-2026-07-01"
    }
    spans = [(batch.coverage.since, batch.coverage.until) for batch in batches]
    assert spans[0][0] == datetime(2026, 7, 1, tzinfo=UTC)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert spans[-1][1] == NOON - timedelta(minutes=5)
    assert {batch.coverage.state for batch in batches} == {"complete"}
    assert ids(lab) == {str(number) for number in range(16, 110)}


def test_a_capped_search_is_sliced_until_it_is_complete(lab: Lab) -> None:
    moments = [datetime(2026, 7, 2, tzinfo=UTC) + timedelta(minutes=n) for n in range(700)]
    search(lab, moments, cap=100)
    back(lab, "hackernews", date(2026, 7, 1))
    assert {batch.coverage.state for batch in lab.batches()} == {"complete"}
    assert len(ids(lab)) == 700


def test_it_goes_on_where_it_stopped_and_ends_where_it_meant_to(lab: Lab) -> None:
    moments = [datetime(2026, 7, 2, tzinfo=UTC) + timedelta(days=day) for day in range(98)]
    search(lab, moments)
    serve = lab.server.routes[SEARCH]

    def fail(asked: Asked) -> bytes:
        return reply(status=403) if len(lab.server.asked) > 2 else serve(asked)  # type: ignore[return-value]

    lab.server.on(SEARCH, fail)
    first = back(lab, "hackernews")
    assert first[-1].error is not None
    assert [batch.coverage.state for batch in lab.batches()] == ["complete", "complete", "blocked"]
    search(lab, moments)
    lab.at(NOON + timedelta(days=1))
    asked = len(lab.server.asked)
    again = back(lab, "hackernews")
    assert len(again) == 2
    assert len(lab.server.asked) == asked + 2
    assert again[-1].coverage.until == NOON - timedelta(minutes=5)
    assert len(ids(lab)) == 98
    assert back(lab, "hackernews") == []


def test_a_timeline_is_paged_back_to_the_day(lab: Lab) -> None:
    days = (1, 50, 98, 120)
    lab.timeline(*([status(1000 - day, NOON - timedelta(days=day))] for day in days))
    (outcome,) = back(lab, "mastodon")
    assert outcome.error is None
    assert ids(lab) == {"999", "950", "902", "880"}
    assert lab.batches()[-1].cursor_after["at"] == (NOON - timedelta(minutes=5)).isoformat()


def test_the_stream_itself_is_left_where_it_was(lab: Lab) -> None:
    lab.timeline([status(20, NOON)])
    lab.crawl("mastodon")
    before = lab.batches()[-1]
    back(lab, "mastodon")
    lab.crawl("mastodon")
    own = [batch for batch in lab.batches() if batch.stream == before.stream]
    assert {batch.cursor_after["at"] for batch in own} == {before.cursor_after["at"]}


def test_a_feed_has_no_past_and_tomorrow_is_none(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed("a")))
    with pytest.raises(ConfigurationError, match="rss cannot be asked for its past"):
        back(lab, "rss")
    with pytest.raises(ConfigurationError, match="not past"):
        back(lab, "mastodon", NOON.date() + timedelta(days=1))


def test_bluesky_says_why_it_has_no_past(lab: Lab) -> None:
    lab.brands = brand_file(bluesky={"base_url": "https://jet.example"})
    with pytest.raises(ConfigurationError) as refused:
        back(lab, "bluesky")
    assert "asks for a login; import an export" in refused.value.mend
