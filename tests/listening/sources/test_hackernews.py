"""Hacker News: a search with a cap, which moves while it is read."""

from __future__ import annotations

import re
from typing import Any

from listening.contract import Brand, BrandFile
from listening.sources import hackernews
from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import NOON, Lab


def test_without_queries_the_search_is_asked_for_names_as_they_are_written() -> None:
    brand = Brand(id="c", name="C++", role="own", aliases=("A & B", "C++"))
    (target,) = hackernews.targets(hackernews.Search(), BrandFile(brands=(brand,)))
    assert (target.name, target.settings["texts"]) == ("implied", ["C++", "A & B"])


class Algolia:
    """A search over stories by their second, with the cap of the real one."""

    def __init__(self, moments: dict[int, int], cap: int = 1000) -> None:
        self.moments, self.cap = moments, cap
        self.vanish: dict[int, int] = {}  # number of a request -> story that is gone from then on
        self.requests = 0

    def __call__(self, asked: Asked) -> bytes:
        """Answer a search."""
        self.requests += 1
        self.moments.pop(self.vanish.get(self.requests, -1), None)
        bounds = re.findall(r"created_at_i(>|<=)(\d+)", asked.query["numericFilters"])
        low = max((int(value) for sign, value in bounds if sign == ">"), default=0)
        high = min((int(value) for sign, value in bounds if sign == "<="), default=10**12)
        found = [n for n, moment in self.moments.items() if low < moment <= high]
        found.sort(key=lambda n: (self.moments[n], n), reverse=True)
        size, page = int(asked.query["hitsPerPage"]), int(asked.query["page"])
        reach = found[: self.cap]
        shown = reach[page * size : (page + 1) * size]
        return reply(
            {
                "hits": [self.hit(n) for n in shown],
                "nbHits": len(found),
                "nbPages": -(-len(reach) // size),
            }
        )

    def hit(self, number: int) -> dict[str, Any]:
        """Return a story as a search hit."""
        return {
            "objectID": str(number), "author": "ada", "title": f"Quillon {number}", "points": 1,
            "num_comments": 0, "story_id": number, "created_at_i": self.moments[number],
            "_tags": ["story"],
        }  # fmt: skip


def test_more_hits_than_the_cap_are_found_in_slices_of_time(lab: Lab) -> None:
    start = int(NOON.timestamp())
    search = Algolia({n: start - n * 7 for n in range(1, 2501)})
    lab.server.on("/api/v1/search_by_date", search)
    outcome, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert outcome.error is None
    coverage = outcome.coverage
    assert (coverage.state, coverage.expected, coverage.got) == ("complete", 2500, 2500)
    kept = [row["native_id"] for row in rows if row["bucket"] == "kept"]
    assert sorted(map(int, kept)) == list(range(1, 2501))


def test_more_hits_than_the_cap_in_one_second_are_told_as_capped(lab: Lab) -> None:
    moment = int(NOON.timestamp()) - 60
    lab.server.on("/api/v1/search_by_date", Algolia(dict.fromkeys(range(1, 1201), moment)))
    outcome, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert outcome.coverage.state == "capped"
    assert "one second" in outcome.coverage.reason
    assert len({row["native_id"] for row in rows}) == 1000


def test_a_hit_that_slips_a_page_while_one_above_vanishes_is_not_lost(lab: Lab) -> None:
    start = int(NOON.timestamp())
    search = Algolia({n: start - n for n in range(1, 251)})
    search.vanish = {2: 5}  # before the second page is served, all below move up by one
    lab.server.on("/api/v1/search_by_date", search)
    _, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert {int(row["native_id"]) for row in rows} == set(range(1, 251))


def test_a_search_that_moves_in_both_turns_is_partial_though_its_total_is_served(lab: Lab) -> None:
    """Story 101 slips a page twice, and another comes meanwhile: 250 were counted, 250 served."""
    start = int(NOON.timestamp())
    search = Algolia({n: start - n for n in range(1, 251)})
    search.vanish = {2: 5, 5: 7}

    def serve(asked: Asked) -> bytes:
        if search.requests == 3:
            search.moments[0] = start
        return search(asked)

    lab.server.on("/api/v1/search_by_date", serve)
    outcome, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert {int(row["native_id"]) for row in rows} == set(range(251)) - {101}
    assert (outcome.coverage.state, "moved" in outcome.coverage.reason) == ("partial", True)


def test_a_dead_item_is_not_taken_for_a_deleted_one(lab: Lab) -> None:
    start = int(NOON.timestamp())
    lab.server.on("/api/v1/search_by_date", Algolia({1: start - 9, 2: start - 8}))
    lab.crawl("hackernews", base_url="http://hn.example")
    lab.server.on("/api/v1/search_by_date", Algolia({1: start - 9}))
    lab.server.on("/v0/item/2.json", reply({"id": 2, "dead": True}))
    outcome, _ = lab.crawl("hackernews", base_url="http://hn.example")
    assert "/v0/item/2.json" in lab.server.paths()
    assert "deleted" not in outcome.counts


def test_a_search_that_serves_fewer_than_it_counts_is_partial(lab: Lab) -> None:
    search = Algolia({1: int(NOON.timestamp()) - 9})
    short = reply({"hits": [search.hit(1)], "nbHits": 3, "nbPages": 1})
    lab.server.on("/api/v1/search_by_date", short)
    outcome, _ = lab.crawl("hackernews", base_url="http://hn.example")
    assert (outcome.coverage.state, outcome.coverage.expected) == ("partial", 3)
