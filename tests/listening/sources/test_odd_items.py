"""One odd value costs one item, never the crawl: every field of every fixture, made odd in turn."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from listening.bucket import Bucketer
from listening.clean import UncleanError
from listening.contract import Item
from listening.sources import SourceChanged
from listening.sources.shape import (
    _github_discussions,
    appstoreconnect,
    discourse,
    facebook,
    github,
    googlebusiness,
    googleplay,
    instagram,
    intercom,
    linkedin,
    stackexchange,
    trustpilot,
    wordpress,
    x,
    zendesk,
)  # fmt: skip

HERE = Path(__file__).parent
NOON = datetime(2026, 10, 8, 12, tzinfo=UTC)
ODD = [None, 5, -1, 1e400, True, "x", [], [1], [None], {}, {"a": 1}]
LOOK: Any = SimpleNamespace(
    settings={
        "base_url": "http://a.example",
        "site": "s",
        "repo": "a/b",
        "brand": "",
        "owned": False,
        "voice": "us",
        "app": "1",
        "page": "5550001",
        "organisation": "1",
        "region": "",
    },
    started_at=NOON,
    recent=lambda _: {},
)


def fixture(path: str) -> Any:
    return json.loads((HERE / path).read_text())


def made_odd(value: Any) -> Iterator[Any]:
    """Yield a value with one thing in it odd or missing, for each thing in it."""
    if isinstance(value, dict):
        for name in value:
            yield {key: one for key, one in value.items() if key != name}
            yield from ({**value, name: odd} for odd in [*ODD, *made_odd(value[name])])
    elif isinstance(value, list) and value:
        yield from ([odd, *value[1:]] for odd in [*ODD, *made_odd(value[0])])


PAGE = fixture("x/page2.json")
PAGE["includes"]["users"].reverse()  # the author of the first post comes first
TALK = {
    "_id": "a/b/discussions/1", "_parent": "", "_thread": "a/b/discussions/1", "databaseId": 1,
    "title": "t", "body": "b", "url": "https://github.com/a", "author": {"login": "ada"},
    "createdAt": NOON.isoformat(), "lastEditedAt": None, "upvoteCount": 1,
    "comments": {"totalCount": 1, "nodes": []},
}  # fmt: skip


def read_of(kind: str) -> Callable[[Any], Item]:
    return lambda raw: stackexchange.read_post(raw, kind, LOOK)


CASES: dict[str, tuple[list[Any], Callable[[Any], Item]]] = {
    "discourse": (
        fixture("discourse/page1.json")["latest_posts"],
        lambda raw: discourse.read_item(raw, LOOK, {}),
    ),
    **{
        f"stackexchange {kind}": (
            fixture(f"stackexchange/{name}.json")["items"],
            read_of(kind),
        )
        for kind, name in (("questions", "questions"), ("answers", "answers"),
                           ("comments", "comments"))
    },
    "github": (
        fixture("github/issues1.json") + fixture("github/comments.json"),
        lambda raw: github.read_item(raw, LOOK),
    ),
    "github discussions": ([TALK], lambda raw: _github_discussions.read_post(raw, LOOK)),
    "trustpilot": (
        fixture("trustpilot/reviews.json")["reviews"],
        lambda raw: trustpilot.read_review(raw, LOOK),
    ),
    "googleplay": (
        fixture("googleplay/page1.json")["reviews"], lambda raw: googleplay.read_review(raw, LOOK),
    ),
    "googlebusiness": (
        fixture("googlebusiness/page1.json")["reviews"],
        lambda raw: googlebusiness.read_review(raw, LOOK),
    ),
    "appstoreconnect": (
        fixture("appstoreconnect/page1.json")["data"],
        lambda raw: appstoreconnect.read_review(raw, LOOK),
    ),
    "wordpress": (
        fixture("wordpress/comments.json"), lambda raw: wordpress.read_comment(raw, LOOK),
    ),
    "zendesk": (
        fixture("zendesk/page1.json")["tickets"],
        lambda raw: zendesk.read_comment(LOOK, "tickets/1", raw, None, {}),
    ),
    "zendesk comments": (
        fixture("zendesk/comments1.json")["comments"],
        lambda raw: zendesk.read_comment(LOOK, "tickets/1", {"id": 1}, raw, {}),
    ),
    "intercom": (
        fixture("intercom/c367.json")["conversation_parts"]["conversation_parts"],
        lambda raw: intercom.read_part(LOOK, raw, "c/1/parts/1", "c/1", {}),
    ),
    "facebook": (
        fixture("facebook/feed1.json")["data"], lambda raw: facebook.read_item(raw, LOOK),
    ),
    "facebook comments": (
        fixture("facebook/comments.json")["data"],
        lambda raw: facebook.read_item(raw, LOOK, "5_1"),
    ),
    "instagram": (
        fixture("instagram/media1.json")["data"], lambda raw: instagram.read_item(raw, LOOK),
    ),
    "instagram comments": (
        fixture("instagram/comments.json")["data"],
        lambda raw: instagram.read_item(raw, LOOK, "1"),
    ),
    "linkedin": (
        fixture("linkedin/posts.json")["elements"], lambda raw: linkedin.read_post(raw, LOOK),
    ),
    "linkedin comments": (
        fixture("linkedin/comments.json")["elements"],
        lambda raw: linkedin.read_comment(raw, LOOK, "urn:li:share:1"),
    ),
    "x": (PAGE["data"], lambda raw: x.read_item(raw, PAGE, LOOK)),
    "x links": (
        fixture("x/page1.json")["data"][:1],
        lambda raw: x.read_item(raw, fixture("x/page1.json"), LOOK),
    ),
    "x authors": ([PAGE], lambda raw: x.read_item(PAGE["data"][0], raw, LOOK)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_odd_value_costs_one_item(name: str) -> None:
    raws, read = CASES[name]
    tried = 0
    for raw in raws[:2]:
        for odd in made_odd(copy.deepcopy(raw)):
            rows = Bucketer()
            tried += 1
            try:
                rows.add(read(odd))
            except UncleanError:
                continue
            rows.table()
    assert tried > 50


def test_an_odd_answer_to_a_discussion_costs_no_crawl() -> None:
    node = {**TALK, "number": 1, "comments": {"totalCount": 1, "nodes": [{**TALK}]}}
    for odd in made_odd({"comments": node["comments"]}):
        try:
            _github_discussions.read_discussions([{**node, **odd}, node, node], LOOK, "here")
        except SourceChanged:
            continue
