"""A stream that is asked every half minute seals what is new, and little else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listening.contract import Batch
from listening.crawl import crawl_stream, streams
from listening.quiet import moved

from .lab import NOON, TAG, Lab, feed, status


def look(lab: Lab, minutes: int, *, sparing: bool = True) -> list[Batch]:
    lab.at(NOON + timedelta(minutes=minutes))
    (stream,) = streams(lab.brands, only="mastodon")
    outcome = crawl_stream(lab.root, stream, lab.brands, clock=lab.time.clock, sparing=sparing)
    assert outcome.error is None
    return lab.batches()


def test_what_is_served_again_as_it_was_is_not_sealed_again(lab: Lab) -> None:
    lab.timeline([status(1, NOON)])
    assert len(look(lab, 6)) == 1
    assert len(look(lab, 7)) == 1
    assert TAG in lab.server.paths()[1:]  # it was asked
    assert len(look(lab, 8, sparing=False)) == 2


def test_a_word_or_a_count_that_is_new_is_sealed(lab: Lab) -> None:
    first = status(1, NOON)
    lab.timeline([first])
    look(lab, 6)
    lab.timeline([{**first, "favourites_count": 9}])
    assert len(look(lab, 7)) == 2
    lab.timeline([status(2, NOON + timedelta(minutes=7)), {**first, "favourites_count": 9}])
    assert len(look(lab, 8)) == 3
    assert [row["likes"] for row in lab.rows() if row["native_id"].endswith("1")] == [0, 9, 9]


def test_an_hour_of_quiet_leaves_a_sign_of_life(lab: Lab) -> None:
    lab.timeline([status(1, NOON)])
    look(lab, 6)
    assert len(look(lab, 60)) == 1
    assert len(look(lab, 67)) == 2


def test_a_look_that_fails_is_sealed(lab: Lab) -> None:
    lab.timeline([status(1, NOON)])
    look(lab, 6)
    lab.server.on(TAG, b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    lab.at(NOON + timedelta(minutes=7))
    (stream,) = streams(lab.brands, only="mastodon")
    crawl_stream(lab.root, stream, lab.brands, clock=lab.time.clock, sparing=True)
    assert [batch.coverage.state for batch in lab.batches()] == ["complete", "blocked"]


def test_a_damaged_batch_holds_nothing(lab: Lab) -> None:
    lab.timeline([status(1, NOON)])
    (batch,) = look(lab, 6)
    lab.root.landed(batch.batch_id).write_bytes(b"PAR1")
    (again,) = look(lab, 7)
    assert again.seq == 2


@pytest.mark.parametrize(
    ("after", "told"),
    [({"at": "2", "id": "7"}, False), ({"at": "1", "id": "8"}, True), ({"id": "7"}, False)],
)
def test_an_instant_alone_is_no_move(after: dict[str, str], told: bool) -> None:
    assert moved({"at": "1", "id": "7"}, after) is told


def test_a_feed_that_says_nothing_new_is_quiet(lab: Lab) -> None:
    lab.server.on("/feed.xml", *(reply_feed("a"), reply_feed("a"), reply_feed("a", "b")))
    (stream,) = streams(lab.brands, only="rss")
    counts = []
    for minutes in (6, 7, 8):
        lab.at(NOON + timedelta(minutes=minutes))
        crawl_stream(lab.root, stream, lab.brands, clock=lab.time.clock, sparing=True)
        counts.append(len(lab.batches()))
    assert counts == [1, 1, 2]


def reply_feed(*guids: str) -> bytes:
    from .conftest import reply

    return reply(feed(*guids))
