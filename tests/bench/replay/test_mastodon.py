"""Timelines must page by id without loss or doubling, and statuses look like Mastodon's."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.replay.answer import Request
from bench.replay.mastodon import Mastodon
from tests.bench.replay.conftest import NOON, ask, said

TIMELINE = "/api/v1/timelines/tag/kite"
LINK = re.compile(r'<([^>]+)>; rel="(next|prev)"')
TOLD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def timeline(world: Any, at: Any = NOON, **query: Any) -> tuple[list[Any], dict[str, str]]:
    answer = ask(world, "mastodon.example", TIMELINE, at, **query)
    links = {rel: url for url, rel in LINK.findall(answer.headers.get("Link", ""))}
    return json.loads(answer.body), links


def follow(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@TOLD
@given(count=st.integers(0, 90), limit=st.integers(1, 60))
def test_every_status_is_served_once_going_back(make, count, limit):
    """Following `next` from the newest serves each status exactly once, in falling order."""
    world = make({"mastodon": [said(n) for n in range(1, count + 1)]})
    page, links = timeline(world, limit=limit)
    found = [status["id"] for status in page]
    while "next" in links:
        page, links = timeline(world, **follow(links["next"]))
        found += [status["id"] for status in page]
    assert found == [str(n) for n in range(count, 0, -1)]


@TOLD
@given(count=st.integers(1, 90), limit=st.integers(1, 60), start=st.integers(0, 90))
def test_every_newer_status_is_served_once_going_forward(make, count, limit, start):
    """Following `prev` (min_id) from a known id serves each newer status exactly once."""
    world = make({"mastodon": [said(n) for n in range(1, count + 1)]})
    page, links = timeline(world, limit=limit, min_id=start)
    found: list[int] = []
    while page:
        found += sorted(int(status["id"]) for status in page)
        page, links = timeline(world, **follow(links["prev"]))
    assert found == list(range(start + 1, count + 1))


def test_since_id_shows_the_newest(make):
    """Unlike min_id, since_id leaves a gap when more came than fit."""
    world = make({"mastodon": [said(n) for n in range(1, 10)]})
    page, _ = timeline(world, since_id=3, limit=2)
    assert [status["id"] for status in page] == ["9", "8"]


def test_at_most_forty_fit_on_a_page(make):
    """The server's own limit stands over the client's wish."""
    world = make({"mastodon": [said(n) for n in range(1, 60)]})
    assert (len(timeline(world, limit=400)[0]), len(timeline(world)[0])) == (40, 20)


def test_only_public_posts_with_the_tag_are_there(make):
    """Case does not matter; unlisted posts and other tags stay out."""
    world = make(
        {
            "mastodon": [
                said(1, text="#KITE! http://a.example/#kites"),
                said(2, text="kite without a tag"),
                said(3, visibility="unlisted"),
                said(4, text="#kites and #kite_flying"),
            ]
        }
    )
    assert [status["id"] for status in timeline(world)[0]] == ["1"]
    assert [status["id"] for status in timeline(world, **{"any[]": ["kites"]})[0]] == ["4", "1"]
    assert timeline(world, **{"none[]": ["kite"]})[0] == []


def test_a_status_has_the_shape_of_mastodon(make):
    """HTML content, tags, mentions, the answered status and its author's id."""
    head = "authors: authors.jsonl"
    people = {"handle": "author1", "name": "Ann", "followers": 100, "gains": 2.0}
    world_items = [
        said(1, text="Up & <away> #Kite\nsecond line\n\nhttps://a.example/x, @author2"),
        said(2, reply_to="1", author="author1"),
    ]
    folder = make({"mastodon": world_items}).path
    (folder / "authors.jsonl").write_text(json.dumps(people), encoding="utf-8")
    text = (folder / "world.yaml").read_text(encoding="utf-8")
    (folder / "world.yaml").write_text(text.replace("days: 10", f"days: 10\n{head}"), "utf-8")
    from bench.replay import load_world

    answer, status = timeline(load_world(folder))[0]
    assert status["content"].startswith("<p>Up &amp; &lt;away&gt; <a href=")
    assert status["content"].count("<br />") == 1
    assert '<a href="https://a.example/x"' in status["content"]
    assert [tag["name"] for tag in status["tags"]] == ["kite"]
    assert [mention["acct"] for mention in status["mentions"]] == ["author2"]
    assert (answer["in_reply_to_id"], answer["in_reply_to_account_id"]) == (
        "1", status["account"]["id"],
    )  # fmt: skip
    assert (status["replies_count"], status["account"]["followers_count"]) == (1, 120)
    assert (status["created_at"], status["edited_at"]) == ("2026-03-05T13:00:00.000Z", None)


def test_a_deleted_status_is_not_found(make):
    """404 with Mastodon's own words, from its moment on and not before."""
    gone_at = NOON - timedelta(hours=1)
    world = make({"mastodon": [said(1, deleted_at=gone_at.isoformat())]})
    path = "/api/v1/statuses/1"
    assert ask(world, "mastodon.example", path, gone_at - timedelta(seconds=1)).status == 200
    gone = ask(world, "mastodon.example", path)
    assert (gone.status, json.loads(gone.body)) == (404, {"error": "Record not found"})
    assert timeline(world)[0] == []


def test_an_edit_shows_with_its_history(make):
    """edited_at and the new words at once, the old ones in the history."""
    edit = {"at": (NOON - timedelta(hours=2)).isoformat(), "text": "Mended #kite"}
    world = make({"mastodon": [said(1, edits=[edit])]})
    (status,), _ = timeline(world)
    assert (status["edited_at"], "Mended" in status["content"]) == (
        "2026-03-10T10:00:00.000Z",
        True,
    )
    history = json.loads(ask(world, "mastodon.example", "/api/v1/statuses/1/history").body)
    assert ["Mended" in version["content"] for version in history] == [False, True]


def test_a_thread_is_told_from_both_ends(make):
    """Context names what stands above and below a status."""
    world = make({"mastodon": [said(1), said(2, reply_to="1"), said(3, reply_to="2")]})
    context = json.loads(ask(world, "mastodon.example", "/api/v1/statuses/2/context").body)
    assert [[s["id"] for s in context[way]] for way in ("ancestors", "descendants")] == [
        ["1"],
        ["3"],
    ]


def test_the_rate_limit_counts_down_and_refuses(make):
    """Headers tell what is left; beyond it 429 until five minutes have passed."""
    world = make({"mastodon:rate_limit: 2": [said(1)]})
    moment = 0.0
    server = Mastodon(world.sites[0], clock=lambda: moment)
    asked = [server.answer(Request(TIMELINE, NOON)) for _ in range(3)]
    answers = [answer for answer in asked if answer is not None]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[0].headers["X-RateLimit-Reset"] == "2026-03-10T12:05:00.000Z"
    moment = 301.0
    later = server.answer(Request(TIMELINE, NOON))
    assert later is not None
    assert later.status == 200


def test_an_account_can_be_looked_up_and_read(make):
    """By handle, with or without this server's name."""
    world = make({"mastodon": [said(1), said(2), said(4)]})
    found = [
        json.loads(ask(world, "mastodon.example", "/api/v1/accounts/lookup", acct=acct).body)["id"]
        for acct in ("author1", "@author1@mastodon.example")
    ]
    assert found[0] == found[1]
    own = json.loads(ask(world, "mastodon.example", f"/api/v1/accounts/{found[0]}/statuses").body)
    assert [status["id"] for status in own] == ["4", "1"]
    assert ask(world, "mastodon.example", "/api/v1/accounts/lookup", acct="nobody").status == 404
