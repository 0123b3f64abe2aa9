"""Every source keeps the same promises; one without recorded pages and a golden result fails.

A source's folder here holds its wire answers, `case.json` saying where they are served, and
`golden.json`, what a crawl makes of them (rewritten under LISTENING_GOLDEN=write). All content
is invented for these tests.
"""

from __future__ import annotations

import json
import os
import time

import pytest

from listening.sources import SOURCES, describe
from tests.listening.sources.serving import HERE, LATER, NOW, plain
from tests.listening.sources.world import World, every, having


def test_every_source_has_recorded_pages_and_a_golden_result() -> None:
    for name in SOURCES:
        assert (HERE / name / "case.json").exists(), f"no fixture, no source: {HERE / name}"
        assert (HERE / name / "golden.json").exists(), f"no golden result: {HERE / name}"


WITHOUT = {
    "routes": {"drop", "webhook"},  # read a folder
    "loop": {  # no second page: a stream, files, a feed, a window of time, a list that is whole
        "bluesky", "ccnews", "cfpb", "drop", "flickr", "gdelt", "gdelt_doc", "newsapi", "nhtsa",
        "podcast", "rss", "web", "webhook",
    },
    "drift": {"bluesky", "ccnews", "drop", "gdelt", "webhook"},  # frames, WARCs, columns: by test
    "edited": {"ccnews", "gdelt"},  # files are read once
    "deleted": {  # tell of none, but for files, whose tests are those of imports
        "appstore", "ccnews", "drop", "gdelt", "gdelt_doc", "googleplay", "newsapi", "podcast",
        "webhook",
    },
}  # fmt: skip


@pytest.mark.parametrize("key", WITHOUT)
def test_what_a_case_leaves_out_is_known(key: str) -> None:
    assert set(SOURCES) - set(having(key)) == WITHOUT[key]


def test_every_source_says_what_it_is_and_the_docs_say_it_too() -> None:
    docs = (HERE.parents[2] / "docs" / "sources.md").read_text()
    for one in describe():
        keys = {"name", "relation", "auth", "hosts", "blind_to", "verified", "private",
                "counts_again"}  # fmt: skip
        assert set(one) == keys
        assert one["blind_to"]
        assert one["verified"] in ("recorded", "shape")
        assert f"`{one['name']}`" in docs, f"docs/sources.md does not mention {one['name']}"
        assert "2026-" in (SOURCES[one["name"]].crawl.__globals__["__doc__"] or "")


@every()
def test_a_crawl_gives_the_golden_result(world: World) -> None:
    outcome, rows = world.crawl()
    assert outcome.error is None
    assert outcome.served == len(rows)
    golden = HERE / world.name / "golden.json"
    if os.environ.get("LISTENING_GOLDEN") == "write":
        golden.write_text(json.dumps(plain(rows), indent=1, ensure_ascii=False) + "\n")
    assert plain(rows) == json.loads(golden.read_text())


@every()
def test_the_ledger_is_what_was_served(world: World) -> None:
    """Mentions, deletions, what no query covers and what was quarantined: nothing else, no less."""
    for moment in (NOW, LATER):
        world.at(moment)
        outcome, rows = world.crawl()
        assert outcome.served == sum(outcome.counts.values()) == len(rows)
        assert {row["bucket"] for row in rows} <= {
            "kept", "duplicate", "deleted", "off_topic", "quarantined",
        }  # fmt: skip
        assert all(row["reason"] for row in rows if row["bucket"] == "quarantined")
        world.serve(world.case.get("later", []))
        world.drop(world.case.get("later_files", []))


@every()
def test_ids_are_stable_and_set_and_instants_are_utc(world: World) -> None:
    _, first = world.crawl("one")
    _, second = world.crawl("two")
    assert plain(first) == plain(second)
    kept = [row for row in first if row["bucket"] == "kept"]
    assert kept
    assert all(row["native_id"] and row["mention_id"] for row in kept)
    assert len({row["mention_id"] for row in kept}) == len(kept)
    assert all(row["published_at"].utcoffset().total_seconds() == 0 for row in kept)


@every()
def test_only_declared_hosts_are_asked(world: World) -> None:
    world.crawl()
    declared = {world.stream.host, *world.stream.hosts, *SOURCES[world.name].hosts}
    assert {asked.headers["host"] for asked in world.server.asked} <= declared


@every()
def test_parsing_is_fast(world: World) -> None:
    world.crawl("warm")  # imports are not parsing
    began = time.perf_counter()
    world.crawl()
    assert time.perf_counter() - began < 1
