"""Every source keeps the same promises; one without recorded pages and a golden result fails.

A source's folder here holds its wire answers, `case.json` saying where they are served, and
`golden.json`, what a crawl makes of them (rewritten under LISTENING_GOLDEN=write). All content
is invented for these tests.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.backfill import backfill_stream
from listening.contract import LANDING_SCHEMA, BrandFile, Coverage, DataRoot
from listening.crawl import Outcome, Stream, crawl_stream, streams
from listening.landing import Draft, Landing
from listening.recount import recount_stream
from listening.reparse import reparse_stream
from listening.sources import SOURCES, describe
from tests.listening.conftest import Answer, Asked, FakeTime, Raw, Server, reply
from tests.listening.sources.serving import HERE, LATER, NOW, QUILLON, answer, plain, read_case


def cases() -> list[str]:
    return [name for name in SOURCES if (HERE / name / "case.json").exists()]


def having(key: str) -> list[str]:
    return [name for name in cases() if key in json.loads((HERE / name / "case.json").read_text())]


def in_numbers() -> list[str]:
    """Return the sources whose lists are asked for by number; their routes cut a whole list."""
    return having("page_size")


def turner(name: str) -> ModuleType:
    """Return the module that turns a source's pages: the one beside its own file, if any."""
    beside = f"listening.sources._{name}"
    return importlib.import_module(beside if find_spec(beside) else f"listening.sources.{name}")


@dataclass
class World:
    """A source's recorded answers, served; each crawl is of one root."""

    name: str
    server: Server
    tmp: Path
    monkeypatch: pytest.MonkeyPatch
    fake_time: FakeTime
    case: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.case = read_case(self.name, self.tmp / "drop")
        for name, value in self.case.get("environment", {}).items():
            self.monkeypatch.setenv(name, value)
        if "page_size" in self.case:
            self.monkeypatch.setattr(turner(self.name), "SIZE", self.case["page_size"])
        self.serve(self.case.get("routes", []))
        self.drop(self.case.get("files", []))
        address = f"*.example=127.0.0.1:{self.server.port}"
        self.monkeypatch.setenv("LISTENING_CONNECT_TO", address)
        self.at(NOW)

    def at(self, moment: str) -> None:
        """Hold the clock at a moment."""
        self.monkeypatch.setenv("LISTENING_NOW", moment)

    def drop(self, files: list[str]) -> None:
        """Put files into the drop folder."""
        (self.tmp / "drop").mkdir(exist_ok=True)
        for name in files:
            shutil.copy(HERE / self.name / name, self.tmp / "drop" / name)

    def serve(self, routes: list[dict[str, Any]]) -> None:
        """Answer these routes before those served so far; the first that fits counts."""
        self.routes = [*routes, *getattr(self, "routes", [])]
        for path in {route["path"] for route in self.routes}:
            self.server.on(path, self._answer)

    def _answer(self, asked: Asked) -> Answer:
        return answer(self.name, self.routes, asked)

    def interfere(self, change: Any) -> None:
        """Let every answer pass through `change(asked, answer)`."""
        for path, route in list(self.server.routes.items()):
            self.server.routes[path] = lambda asked, route=route: change(asked, route(asked))

    @property
    def brands(self) -> BrandFile:
        """Return a brand file that listens to this source alone."""
        return BrandFile(brands=(QUILLON,), sources={self.name: self.case["settings"]})

    @property
    def stream(self) -> Stream:
        """Return the source's one stream."""
        (stream,) = streams(self.brands, only=self.name)
        return stream

    def crawl(self, root: str = "data") -> tuple[Outcome, list[dict[str, Any]]]:
        """Crawl once; return the outcome and the rows of its batch."""
        where = DataRoot(self.tmp / root)
        outcome = crawl_stream(where, self.stream, self.brands, clock=self.fake_time.clock)
        if not outcome.batch_id:
            return outcome, []
        return outcome, pq.read_table(where.landed(outcome.batch_id)).to_pylist()


@pytest.fixture
def world(
    request: pytest.FixtureRequest,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fake_time: FakeTime,
) -> Iterator[World]:
    """The world of the source a test is run for."""
    return World(request.param, server, tmp_path, monkeypatch, fake_time)


def every(names: list[str] | None = None) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("world", cases() if names is None else names, indirect=True)


def content(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    keys = ("bucket", "native_id", "content_hash", "reason", "deleted_at")
    return {tuple(row[key] for key in keys) for row in rows if row["bucket"] != "duplicate"}


# --- the promises -----------------------------------------------------------------------


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


@every()
def test_parsing_is_fast(world: World) -> None:
    world.crawl("warm")  # imports are not parsing
    began = time.perf_counter()
    world.crawl()
    assert time.perf_counter() - began < 1


@every(having("routes"))
def test_an_overloaded_server_is_waited_for(world: World) -> None:
    _, undisturbed = world.crawl("one")
    told: set[str] = set()

    def busy(asked: Asked, answer: Answer) -> Answer:
        if asked.path in told:
            return answer
        told.add(asked.path)
        return reply(status=429, Retry_After="3")

    world.interfere(busy)
    outcome, rows = world.crawl("two")
    assert outcome.error is None
    assert plain(rows) == plain(undisturbed)
    assert world.fake_time.slept.count(3) == len(told)


@every(having("routes"))
def test_a_cut_page_is_read_again_and_never_in_half(world: World) -> None:
    _, undisturbed = world.crawl("one")
    told: set[str] = set()

    def cut(asked: Asked, answer: Answer) -> Answer:
        if asked.path in told or not isinstance(answer, bytes):
            return answer
        told.add(asked.path)
        half = answer[: len(answer) * 2 // 3]

        def hang_up(connection: Any, _: Asked) -> None:
            connection.sendall(half)

        return Raw(hang_up)

    world.interfere(cut)
    outcome, rows = world.crawl("two")
    assert outcome.error is None
    assert plain(rows) == plain(undisturbed)


@every(having("routes"))
def test_a_login_wall_is_an_error_not_silence(world: World) -> None:
    wall = b"<!doctype html><html><head><title>Log in</title></head><body>Log in</body></html>"
    world.interfere(lambda *_: reply(wall, Content_Type="text/html"))
    outcome, rows = world.crawl()
    assert outcome.error is not None
    assert outcome.coverage.state == "blocked"
    assert rows == []


@every(having("drift"))
def test_a_renamed_field_is_an_error_not_silence(world: World) -> None:
    drift = world.case["drift"]
    before, after = drift["from"].encode(), drift["to"].encode()

    def rename(_: Asked, answer: Answer) -> Answer:
        assert isinstance(answer, bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        return reply(body.replace(before, after), Content_Type=_kind(head))

    world.interfere(rename)
    outcome, rows = world.crawl()
    assert type(outcome.error).__name__ == drift["error"]
    assert not [row for row in rows if row["bucket"] == "kept"]


@every([name for name in having("drift") if name not in ("podcast", "rss", "web")])
def test_a_new_field_is_told_once_and_changes_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It is put beside the field whose renaming is an error; feeds and pages may say anything."""
    _, undisturbed = world.crawl("one")
    name = world.case["drift"]["from"].strip('"').encode()

    def add(_: Asked, answer: Answer) -> Answer:
        assert isinstance(answer, bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        more = re.sub(b'"%s":' % re.escape(name), b'"quillon_news": 1, "%s":' % name, body)
        length = f"Content-Length: {len(more)}".encode()
        return re.sub(rb"Content-Length: \d+", length, head) + b"\r\n\r\n" + more

    world.interfere(add)
    outcome, rows = world.crawl("two")
    assert outcome.error is None
    assert content(rows) == content(undisturbed)
    assert caplog.text.count("quillon_news") == 1


def _kind(head: bytes) -> str:
    lines = head.decode().split("\r\n")
    return next(line.split(": ")[1] for line in lines if line.startswith("Content-Type"))


@every(having("loop"))
def test_pages_in_a_circle_are_found_after_two(world: World) -> None:
    world.routes = []
    world.serve(world.case["loop"])
    outcome, rows = world.crawl()
    assert type(outcome.error).__name__ == "LoopError"
    assert max(Counter(world.server.paths()).values()) <= 3
    assert outcome.coverage.state == "partial"
    kept = [row["mention_id"] for row in rows if row["bucket"] == "kept"]
    assert kept
    assert len(kept) == len(set(kept))


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


@every(having("loop"))
def test_a_page_served_twice_doubles_nothing_and_hides_nothing(world: World) -> None:
    """What the second page would have held comes later, or the coverage says that it is missing."""
    _, undisturbed = world.crawl("undisturbed")
    last: dict[str, Answer] = {}
    repeated: set[str] = set()

    def repeat(asked: Asked, answer: Answer) -> Answer:
        before, last[asked.path] = last.get(asked.path), answer
        if before is None or asked.path in repeated:
            return answer
        repeated.add(asked.path)
        return before

    world.interfere(repeat)
    outcome, rows = world.crawl("repeated")
    kept = [row["mention_id"] for row in rows if row["bucket"] == "kept"]
    assert len(kept) == len(set(kept))
    whole = content(rows) >= content(undisturbed)
    assert whole or outcome.error is not None or outcome.coverage.state != "complete"


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


def row_of(rows: list[dict[str, Any]], native_id: str) -> dict[str, Any]:
    (row,) = [row for row in rows if row["native_id"] == native_id]
    return row
