"""Every source is looked at again: what was known, edited, deleted or counted is told as that."""

from __future__ import annotations

import json
import os
from datetime import date, datetime

import pyarrow.parquet as pq

from listening.backfill import backfill_stream
from listening.contract import LANDING_SCHEMA, Coverage, DataRoot
from listening.crawl import crawl_stream
from listening.landing import Draft, Landing
from listening.recount import recount_stream
from listening.reparse import reparse_stream
from listening.sources import SOURCES
from tests.listening.sources.serving import HERE, LATER, NOW, plain
from tests.listening.sources.world import World, cases, content, every, having, row_of


@every()
def test_a_second_look_at_the_same_moment_brings_nothing_new(world: World) -> None:
    """The cursor resumes: what comes again is what was there, seen before."""
    _, first = world.crawl()
    outcome, second = world.crawl()
    assert outcome.error is None
    assert content(second) <= content(first)
    assert all(row["seen_before"] for row in second if row["bucket"] == "kept")


@every()
def test_a_crawl_stopped_after_any_page_goes_on_to_the_same_whole(world: World) -> None:
    _, undisturbed = world.crawl("undisturbed")
    for pages in range(1, 6):
        root = DataRoot(world.tmp / f"stopped{pages}")
        clock = world.fake_time.clock
        first = crawl_stream(root, world.stream, world.brands, clock=clock, most_pages=pages)
        assert first.error is None
        outcome, rest = world.crawl(f"stopped{pages}")
        assert outcome.error is None
        stopped = pq.read_table(root.landed(first.batch_id or "")).to_pylist()
        assert content(stopped) | content(rest) == content(undisturbed)


@every()
def test_a_crawl_resumes_from_a_cursor_long_expired(world: World) -> None:
    """As after a stream was left alone for as long as a first crawl looks back."""
    _, undisturbed = world.crawl("undisturbed")
    root, stream, source = DataRoot(world.tmp / "expired"), world.stream, SOURCES[world.name]
    at = datetime.fromisoformat(NOW) - source.horizon + source.overlap
    old = Draft("mention", stream.id, world.name, stream.host, stream.target, 0,
                Coverage("complete"), cursor_after={"at": at.isoformat()})  # fmt: skip
    Landing(root).seal(old, LANDING_SCHEMA.empty_table())
    outcome, rows = world.crawl("expired")
    assert outcome.error is None
    assert content(rows) >= content(undisturbed)


@every([name for name in cases() if SOURCES[name].backfills])
def test_a_backfill_brings_what_a_crawl_of_that_time_does(world: World) -> None:
    _, rows = world.crawl("crawled")
    root, day = DataRoot(world.tmp / "past"), date(2026, 9, 20)
    outcomes = list(backfill_stream(root, world.stream, world.brands, day))
    assert [outcome.error for outcome in outcomes] == [None]
    found = pq.read_table(root.landed(outcomes[0].batch_id or "")).to_pylist()
    said = {row["native_id"] for row in rows if row["bucket"] in ("kept", "off_topic")}
    assert {row["native_id"] for row in found if row["bucket"] in ("kept", "off_topic")} >= said


def test_every_source_that_counts_again_shows_how() -> None:
    counting = {name for name in SOURCES if SOURCES[name].recount}
    assert counting <= set(having("recount")), "case.json lacks the routes of its recount"


def test_every_source_that_does_not_count_again_says_why() -> None:
    for name in SOURCES:
        assert bool(SOURCES[name].recount) != bool(SOURCES[name].uncounted), name


@every(having("recount"))
def test_a_later_look_gives_the_golden_counts(world: World) -> None:
    """`recount.json`: each batch of the look, in order; what is due is what the crawl landed."""
    world.crawl()
    world.at(LATER)
    world.serve(world.case["recount"])
    where = DataRoot(world.tmp / "data")
    before = len(world.server.asked)
    outcome = recount_stream(where, world.stream, world.brands, clock=world.fake_time.clock)
    assert outcome is not None
    assert outcome.error is None
    batches = [pq.read_table(where.landed(one)).to_pylist() for one in outcome.batch_ids]
    kinds = [batch_id.split("/")[0] for batch_id in outcome.batch_ids]
    made = [[kind, plain(rows)] for kind, rows in zip(kinds, batches, strict=True)]
    golden = HERE / world.name / "recount.json"
    if os.environ.get("LISTENING_GOLDEN") == "write":
        golden.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    assert made == json.loads(golden.read_text())
    assert any(kind == "engagement" and rows for kind, rows in made)
    declared = {world.stream.host, *world.stream.hosts, *SOURCES[world.name].hosts}
    assert {asked.headers["host"] for asked in world.server.asked[before:]} <= declared
    again = recount_stream(where, world.stream, world.brands, clock=world.fake_time.clock)
    assert again is None


@every(having("edited"))
def test_an_edit_is_served_as_one(world: World) -> None:
    _, before = world.crawl()
    world.at(LATER)
    world.serve(world.case.get("later", []))
    world.drop(world.case.get("later_files", []))
    outcome, after = world.crawl()
    assert outcome.error is None
    old, new = (row_of(rows, world.case["edited"]) for rows in (before, after))
    assert (old["mention_id"], old["published_at"]) == (new["mention_id"], new["published_at"])
    assert old["content_hash"] != new["content_hash"]
    assert not new["seen_before"]


@every(having("deleted"))
def test_a_deletion_is_a_marker_and_is_told_once(world: World) -> None:
    world.crawl()
    world.at(LATER)
    world.serve(world.case["later"])
    outcome, rows = world.crawl()
    assert outcome.counts["deleted"] == 1
    assert row_of(rows, world.case["deleted"])["bucket"] == "deleted"
    asked = len(world.server.asked)
    outcome, rows = world.crawl()
    assert not outcome.counts.get("deleted")
    assert len(world.server.asked) > asked


@every(having("routes"))
def test_kept_exchanges_are_read_again_to_the_same_rows(world: World) -> None:
    """`"reparse": false` in case.json: what the source keeps are not exchanges."""
    world.crawl()
    world.at(LATER)
    world.serve(world.case.get("later", []))
    world.crawl()
    asked = len(world.server.asked)
    done = reparse_stream(DataRoot(world.tmp / "data"), world.stream, world.brands, every=True)
    assert (done.errors, done.rows) == ([], 0)
    assert done.batches == (0 if world.case.get("reparse") is False else 2)
    assert len(world.server.asked) == asked
