"""What the Stack Exchange source promises beyond the conformance suite: quota, search, slices."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from listening.contract import Query
from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import NOON, Lab

SETTINGS: dict[str, Any] = {"base_url": "http://api.example/2.3", "sites": ["askubuntu.com"]}
START = int(NOON.timestamp())


def question(number: int, moment: int = START - 60) -> dict[str, Any]:
    return {
        "question_id": number, "title": "Quillon", "body": "<p>It hums.</p>", "score": 1,
        "creation_date": moment, "last_activity_date": moment, "answer_count": 0, "view_count": 2,
    }  # fmt: skip


def wrapped(*items: Any, more: bool = False, **told: Any) -> dict[str, Any]:
    return {"items": list(items), "has_more": more, "quota_remaining": 100, **told}


def serve(lab: Lab, first: dict[str, Any], *ids: int) -> None:
    """Serve one page of questions, and no answers or comments to them."""
    lab.server.on("/2.3/questions", reply(first))
    joined = ";".join(map(str, ids))
    lab.server.on(f"/2.3/questions/{joined}/answers", reply(wrapped()))
    lab.server.on(f"/2.3/posts/{joined}/comments", reply(wrapped()))


def test_a_query_finds_questions_by_their_words_and_by_those_of_an_answer(lab: Lab) -> None:
    hits = [
        {"item_type": "question", "question_id": 5, "last_activity_date": START},
        {"item_type": "answer", "answer_id": 9, "question_id": 6, "last_activity_date": START},
    ]
    lab.server.on("/2.3/search/excerpts", reply(wrapped(*hits)))
    serve(lab, wrapped(), 5, 6)
    lab.server.on("/2.3/questions/5;6", reply(wrapped(question(5), question(6))))
    outcome, rows = lab.crawl("stackexchange", **SETTINGS)
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["askubuntu/5", "askubuntu/6"]
    assert rows[0]["url"] == "https://askubuntu.com/q/5"
    assert lab.server.asked[0].query["q"] == "Quillon"


def test_a_query_without_words_is_blind(lab: Lab) -> None:
    lab.queries = (Query("all", "lang:de"),)
    outcome, _ = lab.crawl("stackexchange", **SETTINGS)
    assert (outcome.coverage.state, lab.server.asked) == ("blind", [])


def test_backoff_is_waited_for_before_the_next_request(lab: Lab) -> None:
    serve(lab, wrapped(question(5), backoff=17), 5)
    outcome, _ = lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert outcome.error is None
    assert lab.time.slept == [17]


def test_a_spent_quota_is_a_rest_until_midnight(lab: Lab) -> None:
    serve(lab, wrapped(question(5), quota_remaining=0), 5)
    outcome, rows = lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert type(outcome.error).__name__ == "RateLimitedError"
    assert "2026-10-09T00:00" in str(outcome.error)
    assert (outcome.coverage.state, len(rows)) == ("partial", 1)
    asked = len(lab.server.asked)
    lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert len(lab.server.asked) == asked


def test_a_throttle_is_told_by_status_400_and_obeyed(lab: Lab) -> None:
    message = "too many requests from this IP, more requests available in 71355 seconds"
    told = {"error_id": 502, "error_name": "throttle_violation", "error_message": message}
    lab.server.on("/2.3/questions", reply(told, 400))
    outcome, _ = lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert type(outcome.error).__name__ == "RateLimitedError"
    lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert len(lab.server.asked) == 1


def test_another_error_is_told_by_its_name(lab: Lab) -> None:
    lab.server.on("/2.3/questions", reply({"error_id": 400, "error_name": "bad_parameter"}, 400))
    outcome, _ = lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert "bad_parameter" in str(outcome.error)


def test_a_list_longer_than_its_pages_goes_on_below_its_oldest_item(lab: Lab) -> None:
    """2,700 questions of a minute each; without a key the API ends at page 25."""
    every = [question(n, START - 60 * n) for n in range(1, 2701)]

    def listed(asked: Asked) -> bytes:
        top, page = int(asked.query.get("max", START)), int(asked.query["page"])
        size = int(asked.query["pagesize"])
        if page > 25:
            return reply({"error_name": "access_denied"}, 400)
        found = [one for one in every if one["last_activity_date"] <= top]
        part = found[(page - 1) * size : page * size]
        return reply(wrapped(*part, more=page * size < len(found)))

    lab.server.on("/2.3/questions", listed)
    for start in range(1, 2701, 100):
        joined = ";".join(map(str, range(start, start + 100)))
        lab.server.on(f"/2.3/questions/{joined}/answers", reply(wrapped()))
        lab.server.on(f"/2.3/posts/{joined}/comments", reply(wrapped()))
    outcome, rows = lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert outcome.error is None
    kept = {row["native_id"] for row in rows if row["bucket"] == "kept"}
    assert kept == {f"askubuntu/{n}" for n in range(1, 2701)}


def test_a_key_is_sent_and_kept_nowhere(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_STACKEXCHANGE", '{"password": "canary-key"}')
    serve(lab, wrapped(question(5)), 5)
    outcome, _ = lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert outcome.error is None
    assert lab.server.asked[0].query["key"] == "canary-key"
    warcs = [gzip.decompress(path.read_bytes()) for path in lab.root.path.rglob("*.warc.gz")]
    assert warcs
    assert not [warc for warc in warcs if b"canary" in warc]


def test_an_old_question_is_kept_by_the_date_of_its_activity(lab: Lab) -> None:
    old = question(5, int((NOON - timedelta(days=900)).timestamp()))
    serve(lab, wrapped({**old, "last_activity_date": START - 5}), 5)
    outcome, rows = lab.crawl("stackexchange", **SETTINGS, tags=["quillon"])
    assert (outcome.error, len(rows)) == (None, 1)
