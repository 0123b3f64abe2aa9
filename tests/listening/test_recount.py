"""Counts are a history: young mentions are looked at again, ever more rarely."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening import sources
from listening.contract import Batch, Page, Snapshot
from listening.crawl import Outcome, streams
from listening.landing import Landing
from listening.recount import recount_stream
from listening.sources import Look
from listening.watch import AGES, Watch, Young

from .conftest import reply
from .lab import NOON, Lab, feed, status

MANY = "/api/v1/statuses"
EARLIER = status(10, NOON - timedelta(minutes=5))
STREAM = "mastodon--social.example--quillon"


def again(lab: Lab, name: str = "mastodon") -> Outcome | None:
    (stream,) = streams(lab.brands, only=name)
    return recount_stream(lab.root, stream, lab.brands, clock=lab.time.clock)


def counted(lab: Lab) -> list[Batch]:
    return [batch for batch in lab.batches() if batch.kind == "engagement"]


def rows_of(lab: Lab, batch_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(lab.root.landed(batch_id)).to_pylist()
    return rows


def many(*statuses: dict[str, Any]) -> Any:
    """Answer as Mastodon 4.3: those of the ids asked for that there are."""
    return lambda asked: reply(
        [one for one in statuses if f"id%5B%5D={one['id']}" in asked.raw.decode()]
    )


@pytest.fixture
def heard(lab: Lab) -> Lab:
    """A lab that landed two posts of the last minutes."""
    lab.timeline([status(20, NOON), EARLIER])
    lab.crawl("mastodon")
    return lab


def test_nothing_is_due_at_the_moment_of_the_crawl(heard: Lab) -> None:
    assert again(heard) is None
    assert heard.server.paths().count(MANY) == 0


def test_counts_are_taken_again_as_a_batch_of_their_own(heard: Lab) -> None:
    heard.at(NOON + timedelta(minutes=11))
    heard.server.on(
        MANY, many({**status(20, NOON), "favourites_count": 7, "reblogs_count": 2},
                   {**EARLIER, "replies_count": 1})
    )  # fmt: skip
    outcome = again(heard)
    assert outcome is not None
    assert outcome.error is None
    (batch,) = counted(heard)
    assert (batch.stream, batch.kind, batch.served) == (STREAM, "engagement", 2)
    assert batch.warc
    rows = rows_of(heard, batch.batch_id)
    assert [(row["native_id"], row["likes"], row["shares"], row["comments"]) for row in rows] == [
        ("20", 7, 2, 0), ("10", 0, 0, 1),
    ]  # fmt: skip
    assert {row["observed_at"] for row in rows} == {NOON + timedelta(minutes=11)}
    assert all(row["text"] is None and row["content_hash"] is None for row in rows)
    assert heard.server.paths().count(MANY) == 1  # one call for both


def test_looks_grow_rare_with_age(heard: Lab) -> None:
    heard.server.on(MANY, many(status(20, NOON)))
    heard.server.on("/api/v1/statuses/10", reply(status=404))
    moment, looks = NOON, 0
    while moment < NOON + timedelta(days=40):
        moment += timedelta(minutes=15)
        if moment > NOON + timedelta(days=2) and moment.minute:
            continue
        heard.at(moment)
        again(heard)
        looks = heard.server.paths().count(MANY)
    assert looks == len(AGES)


def test_nothing_is_asked_twice_at_one_moment(heard: Lab) -> None:
    heard.server.on(MANY, many(status(20, NOON), EARLIER))
    heard.at(NOON + timedelta(hours=1))
    assert again(heard) is not None
    assert again(heard) is None
    assert len(counted(heard)) == 1


def test_an_edit_found_by_a_look_is_a_mention_again(heard: Lab) -> None:
    heard.at(NOON + timedelta(hours=1))
    edited = {
        **status(20, NOON), "content": "#quillon, on second thought",
        "edited_at": (NOON + timedelta(minutes=50)).isoformat(),
    }  # fmt: skip
    heard.server.on(MANY, many(edited, EARLIER))
    before = heard.batches()[-1]
    outcome = again(heard)
    assert outcome is not None
    changed, counts = outcome.batch_ids
    assert changed.startswith("mention/")
    (row,) = rows_of(heard, changed)
    assert (row["native_id"], row["text"]) == ("20", "#quillon, on second thought")
    assert not row["seen_before"]
    assert [one["native_id"] for one in rows_of(heard, counts)] == ["10"]
    newest = Landing(heard.root).newest("mention", STREAM)
    assert newest is not None
    assert newest.cursor_after == before.cursor_after
    assert newest.coverage.since is None  # it claims no interval


def test_a_deletion_found_by_a_look_is_a_marker_and_is_told_once(heard: Lab) -> None:
    heard.at(NOON + timedelta(hours=1))
    heard.server.on(MANY, many(status(20, NOON)))
    heard.server.on("/api/v1/statuses/10", reply(status=404))
    outcome = again(heard)
    assert outcome is not None
    (row,) = rows_of(heard, outcome.batch_ids[0])
    assert (row["bucket"], row["native_id"]) == ("deleted", "10")
    heard.at(NOON + timedelta(hours=3))
    asked = heard.server.paths().count("/api/v1/statuses/10")
    again(heard)
    assert heard.server.paths().count("/api/v1/statuses/10") == asked


def test_an_older_server_is_asked_singly(heard: Lab) -> None:
    heard.at(NOON + timedelta(hours=1))
    for one in (EARLIER, status(20, NOON)):
        heard.server.on(f"/api/v1/statuses/{one['id']}", reply(one))
    outcome = again(heard)
    assert outcome is not None
    assert outcome.error is None
    assert counted(heard)[0].served == 2


def test_the_crawls_own_look_counts(heard: Lab) -> None:
    heard.at(NOON + timedelta(hours=1))
    heard.crawl("mastodon")
    assert again(heard) is None


def test_a_lost_copy_is_made_again_from_the_landing_zone(heard: Lab) -> None:
    heard.server.on(MANY, many(status(20, NOON), EARLIER))
    heard.at(NOON + timedelta(hours=1))
    again(heard)
    kept = Watch.open(Landing(heard.root), STREAM, NOON + timedelta(hours=1))
    kept.path.write_text("{")
    made = Watch.open(Landing(heard.root), STREAM, NOON + timedelta(hours=1))
    assert made.young == kept.young
    assert made.young["20"].looked == (NOON + timedelta(hours=1)).timestamp()


def test_a_source_out_of_reach_seals_one_blocked_batch_an_hour(heard: Lab) -> None:
    heard.server.on(MANY, reply(status=403))
    for minutes, sealed in ((30, 1), (45, 1), (95, 2)):
        heard.at(NOON + timedelta(minutes=minutes))
        outcome = again(heard)
        assert outcome is not None
        assert outcome.error is not None
        assert len(counted(heard)) == sealed
    assert {batch.coverage.state for batch in counted(heard)} == {"blocked"}
    heard.server.on(MANY, many(status(20, NOON), EARLIER))
    heard.at(NOON + timedelta(minutes=96))
    again(heard)
    assert counted(heard)[-1].coverage.state == "complete"


def test_a_source_without_a_recount_is_left_alone(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed("a")))
    lab.crawl()
    lab.at(NOON + timedelta(hours=1))
    assert again(lab, "rss") is None


def test_what_is_too_much_for_one_run_waits_for_the_next(
    heard: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
        yield Page(tuple(Snapshot("mastodon", one, look.started_at, likes=1) for one in ids), 1)

    source = dataclasses.replace(
        sources.SOURCES["mastodon"], recount=recount, recount_size=1, max_pages=1
    )
    monkeypatch.setitem(sources._REGISTERED, "mastodon", source)
    monkeypatch.setattr("listening.recount.MOST_CALLS", 1)
    heard.at(NOON + timedelta(hours=1))
    for native_id in ("20", "10"):
        outcome = again(heard)
        assert outcome is not None
        (row,) = rows_of(heard, outcome.batch_ids[0])
        assert row["native_id"] == native_id
    assert [batch.coverage.state for batch in counted(heard)] == ["capped", "complete"]


def test_items_unaccounted_for_are_an_error(heard: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def recount(_: Look, ids: Sequence[str]) -> Iterator[Page]:
        yield Page((), len(ids))

    source = dataclasses.replace(sources.SOURCES["mastodon"], recount=recount)
    monkeypatch.setitem(sources._REGISTERED, "mastodon", source)
    heard.at(NOON + timedelta(hours=1))
    outcome = again(heard)
    assert "2 items were served, and 0 accounted for" in str(outcome and outcome.error)


def test_hacker_news_items_are_counted_and_their_deletions_seen(lab: Lab) -> None:
    from .lab import brand_file

    lab.brands = brand_file(hackernews={"base_url": "http://hn.example"})
    created = int(NOON.timestamp()) - 60
    hits = [
        {"objectID": number, "author": "ada", "title": "Quillon", "story_text": None, "points": 1,
         "num_comments": 0, "story_id": int(number), "created_at_i": created, "_tags": ["story"]}
        for number in ("5", "6", "7")
    ]  # fmt: skip
    lab.server.on("/api/v1/search_by_date", reply({"hits": hits, "nbHits": 3, "nbPages": 1}))
    assert lab.crawl("hackernews").error is None
    lab.server.on(
        "/v0/item/5.json", reply({"id": 5, "type": "story", "score": 40, "descendants": 12})
    )
    lab.server.on("/v0/item/6.json", reply({"id": 6, "type": "story", "deleted": True}))
    lab.server.on("/v0/item/7.json", reply(None))
    lab.at(NOON + timedelta(hours=1))
    outcome = again(lab, "hackernews")
    assert outcome is not None
    assert outcome.error is None
    gone, counts = (rows_of(lab, one) for one in outcome.batch_ids)
    assert [(row["native_id"], row["bucket"]) for row in gone] == [("6", "deleted")]
    assert [(row["native_id"], row["likes"], row["comments"]) for row in counts] == [("5", 40, 12)]


@pytest.mark.parametrize(
    ("published", "looked", "moment", "due"),
    [
        (0, 0, 9, False),  # minutes
        (0, 0, 10, True),
        (0, 10, 29, False),
        (0, 10, 30, True),
        (0, 5, 1000, True),
        (100, 0, 50, False),  # dated ahead
    ],
)
def test_a_mention_is_due_when_it_came_of_an_age(
    published: int, looked: int, moment: int, due: bool
) -> None:
    assert Young(published * 60, looked * 60, "").is_due(moment * 60) is due


def test_a_mention_at_rest_is_forgotten(heard: Lab) -> None:
    late = NOON + AGES[-1] + timedelta(hours=1)
    heard.at(late)
    heard.server.on(MANY, many(status(20, NOON), EARLIER))
    again(heard)
    assert Watch.open(Landing(heard.root), STREAM, late).young == {}
