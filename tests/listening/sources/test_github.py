"""What the GitHub source promises beyond the conformance suite: search, 304, discussions."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.contract import Brand, BrandFile
from listening.crawl import streams
from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import NOON, Lab

BASE = {"base_url": "http://api.example"}
REPO: dict[str, Any] = {**BASE, "repos": ["acme/kettle"]}
LISTS = ("/repos/acme/kettle/issues", "/repos/acme/kettle/issues/comments")


def issue(number: int, at: datetime = NOON, **changes: Any) -> dict[str, Any]:
    stamp = at.isoformat()
    return {
        "url": f"https://api.github.com/repos/Acme/kettle/issues/{number}", "title": "Quillon",
        "html_url": f"https://github.com/Acme/kettle/issues/{number}", "body": None, "comments": 0,
        "user": {"login": "ada", "id": 1}, "created_at": stamp, "updated_at": stamp, **changes,
    }  # fmt: skip


class Search:
    """GitHub's search: `updated:` windows over issues by their second, and the cap of 1,000."""

    def __init__(self, moments: dict[int, datetime]) -> None:
        self.moments = moments
        self.kinds: set[str] = set()

    def __call__(self, asked: Asked) -> bytes:
        """Answer a search; there are no pull requests."""
        kind, first, last = self.window(asked)
        page, size = int(asked.query["page"]), int(asked.query["per_page"])
        self.kinds.add(kind)
        found = [n for n, at in self.moments.items() if first <= at <= last and kind == "issue"]
        shown = found[:1000][(page - 1) * size : page * size]
        items = [issue(n, self.moments[n]) for n in shown]
        return reply({"total_count": len(found), "incomplete_results": False, "items": items})

    def window(self, asked: Asked) -> tuple[str, datetime, datetime]:
        """Return the kind and the days a search asks for."""
        found = re.search(r"is:(\S+) updated:(\S+)\.\.(\S+)", asked.query["q"])
        assert found
        return found[1], datetime.fromisoformat(found[2]), datetime.fromisoformat(found[3])


def test_more_hits_than_the_cap_are_found_in_slices_of_time(lab: Lab) -> None:
    search = Search({n: NOON - timedelta(minutes=n) for n in range(1, 2301)})
    lab.server.on("/search/issues", search)
    outcome, rows = lab.crawl("github", **BASE)
    assert outcome.error is None
    assert search.kinds == {"issue", "pull-request"}
    coverage = outcome.coverage
    assert (coverage.state, coverage.got) == ("complete", coverage.expected)
    kept = {row["native_id"] for row in rows if row["bucket"] == "kept"}
    assert kept == {f"acme/kettle/issues/{n}" for n in range(1, 2301)}


def test_more_hits_than_the_cap_in_one_second_are_told_as_capped(lab: Lab) -> None:
    lab.server.on("/search/issues", Search(dict.fromkeys(range(1, 1102), NOON)))
    outcome, rows = lab.crawl("github", **BASE)
    assert outcome.coverage.state == "capped"
    assert "1101 hits in one second" in outcome.coverage.reason
    assert len({row["native_id"] for row in rows}) == 1000


def test_a_search_that_gave_up_early_is_partial(lab: Lab) -> None:
    hit = {"total_count": 1, "incomplete_results": True, "items": [issue(1)]}
    lab.server.on("/search/issues", reply(hit))
    outcome, _ = lab.crawl("github", **BASE)
    assert outcome.coverage.state == "partial"


def test_lists_that_did_not_change_are_asked_for_conditionally(lab: Lab) -> None:
    old = issue(1, NOON - timedelta(days=1))

    def listed(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == '"v1"':
            return reply(status=304)
        return reply([old] if asked.path == LISTS[0] else [], ETag='"v1"')

    for path in LISTS:
        lab.server.on(path, listed)
    for _ in range(3):  # the first moves the cursor, so the second asks for another window
        outcome, _ = lab.crawl("github", **REPO)
        assert outcome.error is None
    assert (outcome.served, outcome.batch_id) == (0, None)
    assert "if-none-match" in lab.server.asked[-1].headers
    assert lab.server.paths().count("/repos/acme/kettle/issues/1") == 0


def test_a_transferred_issue_is_gone_from_here(lab: Lab) -> None:
    lab.server.on(LISTS[0], reply([issue(2), issue(1)]))
    lab.server.on(LISTS[1], reply([]))
    lab.crawl("github", **REPO)
    lab.server.on(LISTS[0], reply([issue(2)]))
    there = {**issue(9), "url": "https://api.github.com/repos/acme/hub/issues/9"}
    to = "http://api.example/repositories/8/issues/9"
    lab.server.on("/repos/acme/kettle/issues/1", reply(status=301, Location=to))
    lab.server.on("/repositories/8/issues/9", reply(there))
    outcome, rows = lab.crawl("github", **REPO)
    assert outcome.counts["deleted"] == 1
    assert [row["native_id"] for row in rows if row["bucket"] == "deleted"] == [
        "acme/kettle/issues/1"
    ]


def said(number: int, **more: Any) -> dict[str, Any]:
    stamp = (NOON - timedelta(hours=1)).isoformat()
    return {
        "databaseId": number, "body": "About the Quillon.", "url": "https://github.com/d",
        "createdAt": stamp, "lastEditedAt": None, "upvoteCount": 2, "author": None, **more,
    }  # fmt: skip


def talk(total: int) -> dict[str, Any]:
    """Return a GraphQL answer of one discussion, a comment and a reply; `total` replies in all."""
    replies = {"totalCount": total, "nodes": [said(3)]}
    comments = {"totalCount": 1, "nodes": [said(2, replies=replies)]}
    stamp = NOON.strftime("%Y-%m-%dT%H:%M:%SZ")
    node = {**said(1), "number": 7, "title": "Hm", "updatedAt": stamp, "comments": comments}
    listed = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [node]}
    return {"data": {"repository": {"discussions": listed}}}


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    """A token in the environment."""
    monkeypatch.setenv("AIRFLOW_CONN_GITHUB", "http://:canary-token@github")
    return "canary-token"


def test_discussions_are_read_where_there_is_a_token(lab: Lab, token: str) -> None:
    for path in LISTS:
        lab.server.on(path, reply([]))
    lab.server.on("/graphql", reply(talk(1)))
    outcome, rows = lab.crawl("github", **REPO)
    assert outcome.error is None
    assert outcome.coverage.state == "complete"
    first, second, third = rows
    assert [row["native_id"] for row in rows] == [
        "acme/kettle/discussions/7",
        "acme/kettle/discussions/comments/2",
        "acme/kettle/discussions/comments/3",
    ]
    assert (second["parent_id"], third["parent_id"]) == (first["mention_id"], second["mention_id"])
    assert {row["thread_id"] for row in rows} == {first["mention_id"]}
    assert lab.server.asked[0].headers["authorization"] == f"Bearer {token}"
    asked = json.loads(lab.server.asked[-1].raw.partition(b"\r\n\r\n")[2])
    assert asked["variables"] == {"owner": "acme", "name": "kettle", "after": None}
    warcs = [gzip.decompress(path.read_bytes()) for path in lab.root.path.rglob("*.warc.gz")]
    assert warcs
    assert not [warc for warc in warcs if token.encode() in warc]


def test_a_discussion_with_more_answers_than_are_served_is_capped(lab: Lab, token: str) -> None:
    assert token
    for path in LISTS:
        lab.server.on(path, reply([]))
    lab.server.on("/graphql", reply(talk(80)))
    outcome, rows = lab.crawl("github", **REPO)
    assert (outcome.coverage.state, len(rows)) == ("capped", 3)


@pytest.mark.parametrize(
    ("kind", "error"), [("RATE_LIMITED", "RateLimitedError"), ("FORBIDDEN", "ListeningError")]
)
def test_an_error_of_graphql_is_told_though_its_status_is_200(
    lab: Lab, token: str, kind: str, error: str
) -> None:
    assert token
    lab.server.on(LISTS[0], reply([issue(1)]))
    lab.server.on(LISTS[1], reply([]))
    lab.server.on("/graphql", reply({"data": None, "errors": [{"type": kind, "message": "x"}]}))
    outcome, rows = lab.crawl("github", **REPO)
    assert type(outcome.error).__name__ == error
    assert (outcome.coverage.state, len(rows)) == ("partial", 1)


def test_a_secondary_limit_is_waited_for(lab: Lab) -> None:
    lab.server.on(LISTS[0], reply(status=403, Retry_After="40"), reply([issue(1)]))
    lab.server.on(LISTS[1], reply([]))
    outcome, rows = lab.crawl("github", **REPO)
    assert (outcome.error, len(rows)) == (None, 1)
    assert 40 in lab.time.slept


def test_a_repository_of_the_brands_own_account_is_its_channel() -> None:
    brand = Brand(id="acme", name="Acme", role="own", handles={"github": ("@Acme",)})
    settings = {"repos": ["acme/kettle", "other/kettle"]}
    own, other = streams(BrandFile((brand,), sources={"github": settings}))
    assert (own.relation, own.settings["brand"]) == ("owned", "acme")
    assert (other.relation, other.settings["brand"]) == ("off_channel", "")


def test_stamps_are_in_utc(lab: Lab) -> None:
    lab.server.on("/search/issues", Search({}))
    lab.crawl("github", **BASE)
    _, first, last = Search({}).window(lab.server.asked[0])
    assert (first.tzinfo, last) == (UTC, NOON)
