"""What Zendesk and Intercom promise beyond the conformance suite: private, and nothing of notes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from listening.sources import SOURCES
from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import NOON, Lab

DESK = {"base_url": "http://desk.example", "brand": "quillon"}
INBOX = {"base_url": "http://inbox.example", "brand": "quillon"}
EXPORT = "/api/v2/incremental/tickets/cursor.json"
START = int(NOON.timestamp())


@pytest.fixture(autouse=True)
def _logins(monkeypatch: pytest.MonkeyPatch) -> None:
    login = json.dumps({"login": "bot@quillon.example", "password": "canary-token"})
    for name in ("ZENDESK", "INTERCOM"):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", login)


def ticket(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "subject": "Lid", "description": "It sticks.", "requester_id": 9,
        "status": "open", "created_at": "2026-10-07T08:00:00Z",
        "updated_at": "2026-10-08T09:00:00Z", **more,
    }  # fmt: skip


def comment(number: int, author: int, body: str, *, public: bool = True) -> dict[str, Any]:
    return {"id": number, "author_id": author, "body": body, "public": public,
            "created_at": "2026-10-08T09:00:00Z"}  # fmt: skip


def serve(lab: Lab, told: dict[str, Any], *comments: dict[str, Any]) -> None:
    lab.server.on(EXPORT, reply({"tickets": [told], "end_of_stream": True}))
    users = [{"id": 9, "name": "Ines", "role": "end-user"}, {"id": 7, "role": "agent"}]
    answer = {"comments": list(comments), "users": users, "meta": {"has_more": False}}
    lab.server.on(f"/api/v2/tickets/{told['id']}/comments.json", reply(answer))


def test_private_sources_say_so_and_mark_all_they_keep(lab: Lab) -> None:
    assert {name for name in SOURCES if SOURCES[name].private} >= {"zendesk", "intercom"}
    serve(lab, ticket(1), comment(1, 9, "It sticks."), comment(2, 7, "Sorry."))
    _, rows = lab.crawl("zendesk", **DESK)
    assert [row["private"] for row in rows] == [True, True]
    assert [row["author"] for row in rows] == ["", "quillon"]


def test_nothing_of_a_note_or_an_unread_ticket_is_in_the_rows(lab: Lab) -> None:
    note = comment(2, 7, "canary: she is rude", public=False)
    odd = comment(3, 9, "canary: odd")
    del odd["created_at"]
    serve(lab, ticket(1), comment(1, 9, "It sticks."), note, odd)
    outcome, rows = lab.crawl("zendesk", **DESK)
    assert outcome.counts == {"kept": 1, "quarantined": 2}
    assert "canary" not in str(rows)


def test_a_deleted_ticket_takes_its_comments_with_it(lab: Lab) -> None:
    serve(lab, ticket(1), comment(1, 9, "It sticks."), comment(2, 9, "Still."))
    lab.crawl("zendesk", **DESK)
    serve(lab, ticket(1, status="deleted"))
    outcome, rows = lab.crawl("zendesk", **DESK)
    assert outcome.counts == {"deleted": 2}
    assert {row["native_id"] for row in rows} == {"tickets/1", "tickets/1/comments/2"}
    outcome, _ = lab.crawl("zendesk", **DESK)
    assert outcome.counts == {"quarantined": 1}


def test_the_export_goes_on_from_its_cursor_less_an_hour(lab: Lab) -> None:
    serve(lab, ticket(1), comment(1, 9, "It sticks."))
    lab.crawl("zendesk", **DESK)
    lab.crawl("zendesk", **DESK)
    asked = [one for one in lab.server.asked if one.path == EXPORT]
    changed = START - 3 * 3_600
    assert int(asked[0].query["start_time"]) == START - 90 * 86_400
    assert int(asked[1].query["start_time"]) == changed - 3_600
    assert all(int(one.query["start_time"]) <= START - 60 for one in asked)


def test_tokens_are_kept_nowhere(lab: Lab) -> None:
    serve(lab, ticket(1), comment(1, 9, "It sticks."))
    lab.crawl("zendesk", **DESK)
    lab.server.on("/conversations/search", reply({"conversations": [], "pages": {}}))
    lab.crawl("intercom", **INBOX)
    assert lab.server.asked[-1].headers["authorization"] == "Bearer canary-token"
    kept = [path.read_bytes() for path in lab.root.path.rglob("*") if path.is_file()]
    assert not [body for body in kept if b"canary" in body]


def test_a_conversation_with_hidden_parts_is_capped(lab: Lab) -> None:
    said = {"body": "<p>Hello</p>", "author": {"type": "user", "id": "u1", "name": "Ines"}}
    parts = {"conversation_parts": [], "total_count": 501}
    listed = [{"id": "5", "updated_at": START - 60}]

    def search(asked: Asked) -> bytes:
        body = json.loads(asked.raw.partition(b"\r\n\r\n")[2])
        assert body["query"]["value"][0]["field"] == "updated_at"
        return reply({"conversations": listed, "pages": {}})

    lab.server.on("/conversations/search", search)
    told = {"id": "5", "created_at": START - 90, "source": said, "conversation_parts": parts}
    lab.server.on("/conversations/5", reply(told))
    outcome, rows = lab.crawl("intercom", **INBOX)
    assert (outcome.coverage.state, len(rows)) == ("capped", 1)
    assert "501 parts" in outcome.coverage.reason
