"""What the X source promises beyond the conformance suite: money, counts, accounts, compliance."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from listening.contract import Query
from listening.crawl import streams
from listening.sources.shape._x_ids import TWITTER
from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import NOON, Lab

SETTINGS: dict[str, Any] = {"base_url": "http://api.example/2", "cap": 100.0}
SEARCH, COUNTS, JOBS = "/2/tweets/search/recent", "/2/tweets/counts/recent", "/2/compliance/jobs"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bearer token in the environment."""
    monkeypatch.setenv("AIRFLOW_CONN_X", "http://:canary-token@x")


def post_id(at: datetime) -> str:
    return str((int(at.timestamp() * 1000) - TWITTER) << 22)


def post(minutes: int, **changes: Any) -> dict[str, Any]:
    """Return a post of so many minutes before noon."""
    at = NOON - timedelta(minutes=minutes)
    return {
        "id": post_id(at), "text": "Quillon", "author_id": "7", "created_at": at.isoformat(),
        "public_metrics": {"like_count": 1}, "edit_history_tweet_ids": [post_id(at)], **changes,
    }  # fmt: skip


def answer(*posts: Any, more: str = "", **told: Any) -> bytes:
    meta = {"result_count": len(posts), **({"next_token": more} if more else {})}
    users = [{"id": "7", "username": "ada", "name": "Ada"}]
    return reply({"data": list(posts), "includes": {"users": users}, "meta": meta, **told})


def counted(number: int) -> bytes:
    return reply({"data": [], "meta": {"total_tweet_count": number}})


def spent(lab: Lab) -> dict[str, int]:
    (period,) = json.loads((lab.root.path / "spend" / "x.json").read_text()).values()
    return dict(period)


def test_nothing_is_asked_before_a_cap_is_set(lab: Lab) -> None:
    outcome, rows = lab.crawl("x", base_url="http://api.example/2")
    assert type(outcome.error).__name__ == "SpendCappedError"
    assert (lab.server.asked, rows) == ([], [])


def test_only_what_came_is_paid_for(lab: Lab) -> None:
    lab.server.on(COUNTS, counted(2))
    lab.server.on(SEARCH, answer(post(9), post(20)))
    outcome, rows = lab.crawl("x", **SETTINGS)
    assert (outcome.error, len(rows)) == (None, 2)
    assert spent(lab) == {"count": 1, "post": 2, "user": 1}


def test_the_cap_is_never_passed_and_what_came_before_is_kept(lab: Lab) -> None:
    posts = [post(n) for n in range(1, 101)]
    lab.server.on(SEARCH, answer(*posts, more="next"))
    outcome, rows = lab.crawl("x", **{**SETTINGS, "cap": 2.9}, count=False)
    assert type(outcome.error).__name__ == "SpendCappedError"
    assert (outcome.coverage.state, len(rows)) == ("partial", 100)
    assert len(lab.server.asked) == 1


def test_a_refusal_costs_nothing(lab: Lab) -> None:
    lab.server.on(SEARCH, reply({"title": "Forbidden"}, 403))
    outcome, _ = lab.crawl("x", **SETTINGS, count=False)
    assert type(outcome.error).__name__ == "DeniedError"
    assert spent(lab) == {"post": 0, "user": 0}


@pytest.mark.parametrize(("number", "state"), [(2, "complete"), (9, "partial")])
def test_what_x_counts_is_held_against_what_it_serves(lab: Lab, number: int, state: str) -> None:
    lab.server.on(COUNTS, counted(number))
    lab.server.on(SEARCH, answer(post(9), post(20)))
    outcome, _ = lab.crawl("x", **SETTINGS)
    coverage = outcome.coverage
    assert (coverage.state, coverage.expected, coverage.got) == (state, number, 2)


def test_a_cursor_older_than_a_search_reaches_is_told_as_capped(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.server.on(COUNTS, counted(1))
    lab.server.on(SEARCH, answer(post(9)))
    lab.crawl("x", **SETTINGS)
    late = NOON + timedelta(days=20)
    monkeypatch.setenv("LISTENING_NOW", late.isoformat())
    lab.server.on(JOBS, reply({"data": {"id": "1", "upload_url": "http://api.example/u"}}))
    lab.server.on("/u", reply())
    lab.server.on(SEARCH, answer(post(-28_000)))
    lab.server.on("/2/tweets", reply({"data": [post(9)]}))
    outcome, _ = lab.crawl("x", **SETTINGS)
    assert outcome.error is None
    assert outcome.coverage.state == "capped"
    asked = next(one for one in reversed(lab.server.asked) if one.path == SEARCH)
    assert asked.query["start_time"] == "2026-10-21T12:01:00Z"


def test_posts_without_the_fields_that_were_asked_for_are_partial_and_dated_by_id(
    lab: Lab,
) -> None:
    bare = {"id": post_id(NOON - timedelta(minutes=5)), "text": "Quillon"}
    lab.server.on(SEARCH, answer(bare))
    outcome, (row,) = lab.crawl("x", **SETTINGS, count=False)
    assert row["published_at"] == NOON - timedelta(minutes=5)
    assert (row["likes"], row["author"]) == (None, "")
    assert outcome.coverage.state == "partial"
    assert "public_metrics" in outcome.coverage.reason


def test_all_that_mentions_an_account_is_heard_up_to_800(lab: Lab) -> None:
    lab.queries = (Query("none", "x", ("rss",)),)
    pages = [[post(n) for n in range(start, start + 100)] for start in range(1, 801, 100)]

    def page(asked: Asked) -> bytes:
        number = int(asked.query.get("pagination_token", "0"))
        more = str(number + 1) if number < 7 else ""
        return answer(*pages[number], more=more)

    lab.server.on("/2/users/42/mentions", page)
    lab.server.on(SEARCH, answer())
    settings = {**SETTINGS, "accounts": [42], "count": False}
    outcome, rows = lab.crawl("x", only="mentions/42", **settings)
    assert outcome.error is None
    assert (outcome.coverage.state, len(rows)) == ("capped", 800)


def test_a_post_that_is_locked_later_is_deleted(lab: Lab) -> None:
    lab.server.on(SEARCH, answer(post(9), post(20)))
    lab.crawl("x", **SETTINGS, count=False)
    locked = [{"id": "7", "username": "ada", "protected": True}]
    lab.server.on(SEARCH, answer(post(9), includes={"users": locked}))
    lab.server.on("/2/tweets", reply({"data": [post(20)]}))
    lab.server.on(JOBS, reply({"data": {"id": "1", "upload_url": "http://api.example/u"}}))
    lab.server.on("/u", reply())
    outcome, rows = lab.crawl("x", **SETTINGS, count=False)
    assert outcome.error is None
    assert [row["native_id"] for row in rows if row["bucket"] == "deleted"] == [post(9)["id"]]


def test_a_compliance_job_a_day_tells_what_is_to_be_deleted(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "LISTENING_CONNECT_TO",
        f"*.example=127.0.0.1:{lab.server.port},storage.googleapis.com=127.0.0.1:{lab.server.port}",
    )
    one, two, three = post(9), post(100), post(101)
    lab.server.on(SEARCH, answer(one, two, three))
    lab.crawl("x", **SETTINGS, count=False)

    # It is begun once there is something to ask about.
    signed = "https://storage.googleapis.com/up?X-Goog-Signature=canary-signature"
    lab.server.on(JOBS, reply({"data": {"id": "77", "upload_url": signed}}))
    lab.server.on("/up", reply())
    outcome, _ = lab.crawl("x", **SETTINGS, count=False)
    assert outcome.error is None
    upload = next(asked for asked in lab.server.asked if asked.path == "/up")
    head, _, body = upload.raw.partition(b"\r\n\r\n")
    assert head.startswith(b"PUT ")
    assert set(body.decode().split()) == {one["id"], two["id"], three["id"]}
    assert "authorization" not in upload.headers

    # It is waited for, and read when it is done.
    lab.server.on(f"{JOBS}/77", reply({"data": {"status": "in_progress"}}))
    outcome, _ = lab.crawl("x", **SETTINGS, count=False)
    assert not outcome.counts.get("deleted")
    found = {"status": "complete", "download_url": "https://storage.googleapis.com/down?X=1"}
    lab.server.on(f"{JOBS}/77", reply({"data": found}))
    lines = [
        {"id": two["id"], "reason": "deleted", "redacted_at": "2026-10-08T11:00:00.000Z"},
        {"id": one["id"], "reason": "scrub_geo", "redacted_at": "2026-10-08T11:00:00.000Z"},
        {"id": "5", "reason": "deleted", "redacted_at": "2026-10-08T11:00:00.000Z"},
    ]
    lab.server.on("/down", reply("\n".join(map(json.dumps, lines)).encode()))
    lab.server.on(SEARCH, answer(one, three))
    outcome, rows = lab.crawl("x", **SETTINGS, count=False)
    assert outcome.error is None
    gone = [row for row in rows if row["bucket"] == "deleted"]
    assert [row["native_id"] for row in gone] == [two["id"]]
    assert gone[0]["deleted_at"] == datetime.fromisoformat("2026-10-08T11:00:00Z")

    # The next is due a day later.
    lab.server.on(JOBS, reply(status=500))
    outcome, _ = lab.crawl("x", **SETTINGS, count=False)
    assert outcome.error is None
    warcs = [gzip.decompress(path.read_bytes()) for path in lab.root.path.rglob("*.warc.gz")]
    assert warcs
    assert not [warc for warc in warcs if b"canary-token" in warc]


def test_an_app_without_compliance_jobs_is_told_and_still_goes_on(lab: Lab) -> None:
    lab.server.on(SEARCH, answer(post(30)))
    lab.crawl("x", **SETTINGS, count=False)
    lab.server.on(SEARCH, answer(post(9), post(30)))
    lab.server.on(JOBS, reply({"title": "Client Forbidden"}, 403))
    outcome, rows = lab.crawl("x", **SETTINGS, count=False)
    assert type(outcome.error).__name__ == "DeniedError"
    assert len(rows) == 2
    lab.crawl("x", **SETTINGS, count=False)
    asked = [one.query["start_time"] for one in lab.server.asked if one.path == SEARCH]
    assert asked[1:] == ["2026-10-08T10:30:00Z", "2026-10-08T10:51:00Z"]


def test_posts_under_another_name_are_an_error_not_silence(lab: Lab) -> None:
    lab.server.on(SEARCH, reply({"posts": [post(9)], "meta": {"result_count": 1}}))
    outcome, _ = lab.crawl("x", **SETTINGS, count=False)
    assert type(outcome.error).__name__ == "SourceChanged"


def test_many_names_are_asked_for_in_searches_within_the_limit(lab: Lab) -> None:
    names = " OR ".join(f'"brand number {n}"' for n in range(80))
    lab.queries = (Query("main", names), Query("other", "acme (kettle OR pot) -toy lang:de"))
    settings = {**SETTINGS, "retweets": False}
    main, other = streams(lab.brand_file("x", settings))
    assert len(main.settings["texts"]) > 1
    assert all(len(text) <= 512 for text in main.settings["texts"])
    assert other.settings["texts"] == ["(acme (kettle OR pot) lang:de -toy) -is:retweet"]
    (wide, _) = streams(lab.brand_file("x", {**settings, "archive": True}))
    assert len(wide.settings["texts"]) < len(main.settings["texts"])
    assert all(len(text) <= 1024 for text in wide.settings["texts"])
