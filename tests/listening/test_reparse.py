"""Kept exchanges are read again by a newer parser, without one request."""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from listening import sources
from listening.archive import read_archive
from listening.contract import ListeningError, Mention, Page
from listening.crawl import streams
from listening.reparse import Reparsed, reparse_stream
from listening.sources import Look

from .conftest import reply
from .lab import NOON, Lab, feed, status


def again(lab: Lab, name: str = "rss", *, every: bool = False) -> Reparsed:
    (stream,) = streams(lab.brands, only=name)
    return reparse_stream(lab.root, stream, lab.brands, every=every)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a source have a newer parser, which reads one more thing."""

    def make(name: str, change: Any) -> None:
        source = sources.SOURCES[name]

        def crawl(look: Look) -> Iterator[Page]:
            for page in source.crawl(look):
                yield dataclasses.replace(page, items=tuple(map(change, page.items)))

        monkeypatch.setitem(
            sources._REGISTERED, name, dataclasses.replace(source, crawl=crawl, parser="newer")
        )

    return make


def louder(item: Any) -> Any:
    return dataclasses.replace(item, text="read anew") if isinstance(item, Mention) else item


@pytest.fixture
def heard(lab: Lab) -> Lab:
    lab.server.on("/feed.xml", reply(feed("a", "b")))
    assert lab.crawl().error is None
    return lab


def test_the_same_parser_finds_nothing_and_asks_nobody(heard: Lab) -> None:
    asked = len(heard.server.asked)
    assert again(heard).batches == 0
    done = again(heard, every=True)
    assert (done.batches, done.rows, done.errors) == (1, 0, [])
    assert len(heard.server.asked) == asked
    assert len(heard.batches()) == 1


def test_a_newer_parser_adds_what_it_reads_of_the_moment_it_was_served(
    heard: Lab, newer: Any
) -> None:
    parser = sources.SOURCES["rss"].parser
    newer("rss", louder)
    heard.at(NOON + timedelta(days=3))
    done = again(heard)
    assert (done.batches, done.rows, done.errors) == (1, 2, [])
    old, new = heard.batches()
    assert (old.parser_version, new.parser_version) == (parser, "newer")
    assert new.cursor_after == old.cursor_after
    assert new.coverage.since is None
    rows = heard.rows()[2:]
    assert {row["text"] for row in rows} == {"read anew"}
    assert {row["observed_at"] for row in rows} == {NOON}
    assert not any(row["seen_before"] for row in rows)
    assert again(heard).rows == 0  # once is enough
    assert len(heard.batches()) == 2


def test_what_could_not_be_read_then_is_read_now(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {**status(10, NOON), "created_at": "the day before yesterday"}
    lab.timeline([status(20, NOON), odd])
    lab.crawl("mastodon")
    assert [row["bucket"] for row in lab.rows()] == ["kept", "quarantined"]
    source = sources.SOURCES["mastodon"]
    monkeypatch.setitem(
        sources._REGISTERED, "mastodon", dataclasses.replace(source, parser="newer")
    )
    monkeypatch.setattr(
        "listening.sources.shape.mastodon.instant", lambda *_: NOON - timedelta(days=2)
    )
    assert again(lab, "mastodon").rows == 2
    assert {row["native_id"] for row in lab.rows() if row["bucket"] == "kept"} == {"10", "20"}


def test_paging_and_first_dates_come_out_as_they_were(lab: Lab) -> None:
    lab.timeline([status(20, NOON)], [status(10, NOON - timedelta(hours=5))])
    lab.crawl("mastodon")
    lab.at(NOON + timedelta(hours=1))
    lab.server.on("/api/v1/statuses/10", reply(status=404))
    lab.timeline([{**status(20, NOON), "favourites_count": 3}])
    lab.crawl("mastodon")
    done = again(lab, "mastodon", every=True)
    assert (done.batches, done.rows, done.errors) == (2, 0, [])


def test_packed_and_chunked_answers_are_read_again(lab: Lab) -> None:
    packed = gzip.compress(feed("a"))
    chunk = f"{len(packed):x}\r\n".encode() + packed + b"\r\n0\r\n\r\n"
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Encoding: gzip\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    lab.server.on("/feed.xml", head + chunk)
    assert lab.crawl().served == 1
    assert again(lab, every=True).errors == []


def test_an_answer_that_was_asked_for_twice_is_found(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(status=503, Retry_After="1"), reply(feed("a")))
    assert lab.crawl().served == 1
    done = again(lab, every=True)
    assert (done.batches, done.rows, done.errors) == (1, 0, [])


def test_a_warc_that_is_not_the_sealed_one_is_an_error(heard: Lab, newer: Any) -> None:
    newer("rss", louder)
    batch = heard.batches()[0]
    path = heard.root.landed(batch.batch_id).with_suffix(".warc.gz")
    path.write_bytes(path.read_bytes()[:-8])
    (error,) = again(heard).errors
    assert "not the one that was sealed" in str(error)
    path.unlink()
    with pytest.raises(ListeningError, match="cannot be read"):
        read_archive(path, batch.warc_sha256)


def test_other_settings_than_then_are_told(lab: Lab) -> None:
    lab.server.on("/api/v1/timelines/tag/quillon", reply([status(20, NOON)]))
    lab.crawl("mastodon")
    batch = lab.batches()[0]
    (stream,) = streams(lab.brands, only="mastodon")
    moved = dataclasses.replace(stream, settings={**stream.settings, "tag": "quill-on"})
    (error,) = reparse_stream(lab.root, moved, lab.brands, every=True).errors
    assert batch.batch_id in str(error)
    assert "was not asked then" in str(error)
