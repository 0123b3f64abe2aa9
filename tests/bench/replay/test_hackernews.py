"""The search must page, filter and cap as Algolia does, the items answer as Firebase does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.bench.replay.conftest import NOON, ask, said

SEARCH = "/api/v1/search_by_date"


def story(number: int, **keys: Any) -> dict[str, Any]:
    return said(number, **{"title": f"Story {number}", **keys})


def search(world: Any, at: Any = NOON, **query: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(ask(world, "hackernews.example", SEARCH, at, **query).body)
    return told


@pytest.fixture
def talk(make):
    """A story, two comments below it, one of them gone at noon, and a second story."""
    gone = {"deleted_at": (NOON - timedelta(hours=1)).isoformat()}
    return make(
        {
            "hackernews": [
                story(1, text="Nylon <or> silk/cotton?", likes=40, url="http://kite.example/a"),
                said(2, text="Silk, in light wind.", reply_to="1"),
                said(3, text="Cotton forever", reply_to="2", **gone),
                story(4, text="", title="Kites over the harbour"),
            ]
        }
    )


def test_a_page_has_the_shape_of_algolia(talk):
    """The keys a connector reads are there, newest first, with entities in the text."""
    page = search(talk)
    assert [hit["objectID"] for hit in page["hits"]] == ["4", "2", "1"]
    assert (page["nbHits"], page["nbPages"], page["page"], page["exhaustiveNbHits"]) == (
        3, 1, 0, True,
    )  # fmt: skip
    oldest, comment = page["hits"][2], page["hits"][1]
    assert oldest["story_text"] == "Nylon &lt;or&gt; silk&#x2F;cotton?"
    assert (comment["parent_id"], comment["story_id"], comment["story_title"]) == (1, 1, "Story 1")
    assert (oldest["points"], oldest["num_comments"], comment["points"]) == (40, 2, None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("silk", ["2", "1"]),
        ("SILK wind", ["2"]),
        ('"light wind"', ["2"]),
        ('"wind light"', []),
        ("silk -wind", ["1"]),
        ("harb", ["4"]),  # the last word is a prefix
        ("harb kites", []),  # no other word is
        ("cottn", ["1"]),  # one typo
        ("cotton nylno", ["1"]),  # two letters swapped
    ],
)
def test_words_are_found(talk, query, found):
    """All words, phrases, exclusions, prefix, and one typo unless it is switched off."""
    assert [hit["objectID"] for hit in search(talk, query=query)["hits"]] == found


def test_typos_can_be_switched_off(talk):
    """typoTolerance=false asks for the words as written."""
    assert search(talk, query="cottn", typoTolerance="false")["nbHits"] == 0


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("story", ["4", "1"]),
        ("(story,comment)", ["4", "2", "1"]),
        ("comment,author_author2", ["2"]),
        ("story_1", ["2", "1"]),
        ("comment,(author_author1,author_author0)", []),
    ],
)
def test_tags_narrow(talk, tags, found):
    """A comma is AND, a comma in brackets is OR."""
    assert [hit["objectID"] for hit in search(talk, tags=tags)["hits"]] == found


def test_time_slices_share_nothing(talk):
    """created_at_i bounds are exact, so slices meet without overlap or gap."""
    moment = int((NOON - timedelta(days=5) + timedelta(hours=2)).timestamp())
    early = search(talk, numericFilters=f"created_at_i<{moment}")
    late = search(talk, numericFilters=f"created_at_i>={moment},points<99")
    assert [hit["objectID"] for hit in early["hits"] + late["hits"]] == ["1", "4", "2"]


def test_an_unknown_filter_is_refused(talk):
    """A misspelt attribute is an error, not an empty page."""
    assert ask(talk, "hackernews.example", SEARCH, numericFilters="created>3").status == 400


def test_nothing_lies_beyond_the_cap(make):
    """The count tells the truth, the pages end at the cap."""
    world = make({"hackernews:cap: 5": [story(n) for n in range(1, 9)]})
    pages = [search(world, hitsPerPage=2, page=number) for number in range(4)]
    assert [len(page["hits"]) for page in pages] == [2, 2, 1, 0]
    assert (pages[0]["nbHits"], pages[0]["nbPages"]) == (8, 3)


def test_items_answer_like_firebase(talk):
    """A living item, a deleted one, one not yet said and one that never was."""

    def item(number: int, at: Any = NOON) -> Any:
        return json.loads(ask(talk, "hackernews.example", f"/v0/item/{number}.json", at).body)

    assert (item(1)["score"], item(1)["descendants"], item(1)["kids"]) == (40, 2, [2])
    assert item(3) == {
        "id": 3, "time": item(3)["time"], "type": "comment", "parent": 2, "deleted": True,
    }  # fmt: skip
    assert item(1, NOON - timedelta(days=6)) is None
    assert item(99) is None
