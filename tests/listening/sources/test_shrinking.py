"""Things vanish while a source's pages are turned: what stayed there all the time is heard.

A list that counts its pages moves up then, and what moved to a page already read is on none that is
read later: such pages overlap (listening/sources/_counted.py), or a total tells. One that goes on
behind an item does not move.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.backfill import backfill_stream
from listening.contract import DataRoot
from listening.crawl import Outcome
from tests.listening.conftest import Answer, Asked
from tests.listening.sources.world import World, content, every, having, in_numbers

COUNTED = {"page", "start", "offset"}
BEHIND = {"after", "before", "cursor", "token", "pageToken", "next_token", "max_id", "page[after]"}
WITHOUT_PAGES = {"appstore", "github"}  # of which each page is an address of its own
TOTAL = re.compile(
    rb'("(?:nbHits|total|totalResults|total_count|totalCount|total_tweet_count|result_count'
    rb'|totalReviewCount|total_results)":\s*)(\d+)'
)


def key(asked: Asked) -> tuple[Any, ...]:
    return (asked.path, tuple(sorted(asked.query.items())), _body(asked.raw))


@dataclass
class Turned:
    """Two pages of one list: how they were asked for, and what was served."""

    first: tuple[Any, ...]
    second: tuple[Any, ...]
    answers: dict[tuple[Any, ...], bytes]
    counted: bool  # the list counts its pages

    def shrunken(self) -> dict[tuple[Any, ...], bytes]:
        """Return the two pages after the first item of one of them vanished.

        It is the first page's where the list moves up, else the second's, which nobody has read.
        """
        one, two = (json.loads(_body(self.answers[key])) for key in (self.first, self.second))
        if self.counted:
            listed(one).pop(0)
            listed(one).append(listed(two)[0])
        listed(two).pop(0)
        return {
            self.first: packed(self.answers[self.first], one, less=1),
            self.second: packed(self.answers[self.second], two, less=1),
        }


def listed(answer: Any) -> list[Any]:
    """Return the items of an answer: the largest of the lists that lie least deep."""
    level = [answer]
    while level:
        lists = [
            one for one in level if isinstance(one, list) and isinstance(one[:1], list) and one
        ]
        lists = [one for one in lists if isinstance(one[0], dict)]
        if lists:
            return max(lists, key=lambda one: len(json.dumps(one)))
        level = [below for one in level if isinstance(one, dict) for below in one.values()]
    return []


def _body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def packed(answer: bytes, told: Any, less: int) -> bytes:
    """Return an answer with another body, whose totals are lower."""
    body = json.dumps(told).encode()
    body = TOTAL.sub(lambda found: found[1] + str(max(0, int(found[2]) - less)).encode(), body)
    head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), answer)
    return head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body


def turned(asked: list[tuple[Asked, Answer]]) -> Turned:
    """Return the last two pages of one list among what was asked for."""
    last: dict[str, tuple[Asked, Answer]] = {}
    found = []
    for two, after in asked:
        one, before = last.get(two.path, (two, after))
        last[two.path] = (two, after)
        names = {name for name, _ in two.query.items() - one.query.items()}
        behind = names & BEHIND or b"starting_after" in two.raw
        if key(one) != key(two) and (behind or (names and names <= COUNTED)):
            assert isinstance(before, bytes)
            assert isinstance(after, bytes)
            if not all(listed(json.loads(_body(answer))) for answer in (before, after)):
                continue
            answers = {key(one): before, key(two): after}
            found.append(Turned(key(one), key(two), answers, bool(names & COUNTED)))
    return found[-1]


@every([name for name in having("loop") if name not in WITHOUT_PAGES and name not in in_numbers()])
def test_what_vanishes_while_pages_are_turned_takes_nothing_with_it(world: World) -> None:
    seen: list[tuple[Asked, Answer]] = []
    served: dict[tuple[Any, ...], bytes] = {}

    def pass_on(asked: Asked, answer: Answer) -> Answer:
        seen.append((asked, served.get(key(asked), answer)))
        if shrinking and key(asked) == pages.first:
            served.update(pages.shrunken())
        return seen[-1][1]

    shrinking = False
    world.interfere(pass_on)
    _, before = world.crawl("before")
    pages = turned(seen)
    shrinking = True
    outcome, rows = world.crawl("shrinking")
    shrinking = False
    assert served
    kept = [row["mention_id"] for row in rows if row["bucket"] == "kept"]
    assert len(kept) == len(set(kept))
    assert outcome.served == len(rows)
    _, after = world.crawl("after")
    assert content(after) != content(before)
    stayed = content(before) & content(after)
    told = outcome.error is not None or outcome.coverage.state != "complete"
    assert content(rows) >= stayed or told
    if TOTAL.search(_body(pages.answers[pages.first])) and pages.counted:
        assert content(rows) >= stayed, "its total tells that the list moved up"


def crawled(world: World, root: str) -> tuple[Outcome, list[dict[str, Any]]]:
    return world.crawl(root)


def backfilled(world: World, root: str) -> tuple[Outcome, list[dict[str, Any]]]:
    where = DataRoot(world.tmp / root)
    clock = world.fake_time.clock
    (outcome,) = backfill_stream(where, world.stream, world.brands, date(2026, 9, 20), clock=clock)
    return outcome, pq.read_table(where.landed(outcome.batch_id or "")).to_pylist()


@pytest.mark.parametrize("vanished", [(0,), (2,), (0, 1, 2)])
@pytest.mark.parametrize("listen", [crawled, backfilled])
@every(in_numbers())
def test_what_moves_to_a_page_already_read_is_heard(
    world: World,
    listen: Callable[..., tuple[Outcome, list[dict[str, Any]]]],
    vanished: tuple[int, ...],
) -> None:
    """A page is three items here: its first vanishes, its last, or all of them."""
    _, undisturbed = listen(world, "undisturbed")
    turned = world.routes[0]

    def shrink(asked: Asked, answer: Answer) -> Answer:
        if asked.path == turned["path"]:
            turned["vanished"] = vanished
        return answer

    world.interfere(shrink)
    outcome, rows = listen(world, "shrinking")
    assert (outcome.error, outcome.coverage.state) == (None, "complete")
    assert content(rows) == content(undisturbed)
    assert outcome.served == len(rows)
