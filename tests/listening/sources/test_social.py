"""What Facebook, Instagram, LinkedIn and webhooks promise beyond the conformance suite."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from listening.contract import ConfigurationError
from listening.crawl import open_door, streams
from listening.landing import Landing
from listening.net.answer import RateLimitedError
from listening.sources import Look, linkedin
from listening.sources._meta import wait_for
from listening.sources._spool import sign
from tests.listening.conftest import reply
from tests.listening.sources.conftest import NOON, Lab

GRAPH = "http://graph.example"
PAGE: dict[str, Any] = {"base_url": GRAPH, "pages": [{"id": "5", "brand": "quillon"}]}
ACCOUNT: dict[str, Any] = {"base_url": GRAPH, "accounts": [{"id": "17", "brand": "quillon"}]}
ORGANISATION: dict[str, Any] = {
    "base_url": "http://link.example", "organisations": [{"id": "9", "brand": "quillon"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _logins(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FACEBOOK", "INSTAGRAM", "LINKEDIN", "META_APP", "WEBHOOK"):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps({"password": "canary-token"}))


def refusal(code: int, message: str = "no", subcode: int | None = None) -> bytes:
    return reply({"error": {"code": code, "message": message, "error_subcode": subcode}}, 400)


def post(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"5_{number}", "message": "Hi", "created_time": "2026-10-07T08:00:00+0000",
            "comments": {"summary": {"total_count": 0}}, **more}  # fmt: skip


def serve(lab: Lab, *posts: dict[str, Any], **headers: Any) -> None:
    lab.server.on("/5/feed", reply({"data": list(posts)}, **headers))
    lab.server.on("/5/tagged", reply({"data": []}))


# --- Meta's limits ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (4, "Application request limit reached"),
        (17, "User request limit reached"),
        (32, "Page request limit reached"),
        (613, "Calls to this api have exceeded the rate limit."),
        (80001, "There have been too many calls to this Page account."),
        (100, "(#100) Rate limit exceeded, try again later"),
    ],
)
def test_a_limit_disguised_as_a_bad_request_costs_one_wait(
    lab: Lab, code: int, message: str
) -> None:
    lab.server.on("/5/feed", refusal(code, message))
    outcome, _ = lab.crawl("facebook", **PAGE)
    assert isinstance(outcome.error, RateLimitedError)
    assert outcome.error.until - NOON == timedelta(minutes=15)
    assert len(lab.server.asked) == 1
    outcome, _ = lab.crawl("facebook", **PAGE)
    assert isinstance(outcome.error, RateLimitedError)
    assert len(lab.server.asked) == 1  # nobody asks that host before


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        (100, "(#100) Tried accessing nonexisting field", "Meta refuses with code 100"),
        (190, "Error validating access token", "Meta does not take the token"),
        (200, "Requires permission", "Meta does not take the token"),
    ],
)
def test_other_refusals_are_no_limits(lab: Lab, code: int, message: str, told: str) -> None:
    lab.server.on("/5/feed", refusal(code, message))
    outcome, _ = lab.crawl("facebook", **PAGE)
    assert told in str(outcome.error)
    assert not isinstance(outcome.error, RateLimitedError)
    assert "canary" not in str(outcome.error)


BUSY = {"1": [{"type": "pages", "call_count": 97, "estimated_time_to_regain_access": 19}]}


@pytest.mark.parametrize(
    ("name", "told", "seconds"),
    [
        ("X-App-Usage", {"call_count": 28, "total_time": 25, "total_cputime": 25}, 0),
        ("X-App-Usage", {"call_count": 28, "total_time": 96, "total_cputime": 25}, 900),
        ("X-Page-Usage", {"call_count": 100}, 900),
        ("X-Business-Use-Case-Usage", BUSY, 19 * 60),
        ("X-Business-Use-Case-Usage", {"1": [{"call_count": 10}], "2": [None]}, 0),
        ("X-App-Usage", [1], 0),
    ],
)
def test_usage_headers_are_heeded(name: str, told: Any, seconds: float) -> None:
    assert wait_for({name: json.dumps(told)}) == seconds


def test_a_host_near_its_limit_is_left_alone_before_it_refuses(lab: Lab) -> None:
    usage = json.dumps({"call_count": 99, "total_time": 1, "total_cputime": 1})
    serve(lab, post(1), X_App_Usage=usage)
    outcome, rows = lab.crawl("facebook", **PAGE)
    assert isinstance(outcome.error, RateLimitedError)
    assert (outcome.coverage.state, len(rows)) == ("partial", 1)
    assert [one.path for one in lab.server.asked] == ["/5/feed"]


# --- Facebook and Instagram -------------------------------------------------------------


def test_a_token_is_sent_as_a_header_and_kept_nowhere(lab: Lab) -> None:
    serve(lab, post(1))
    lab.crawl("facebook", **PAGE)
    assert lab.server.asked[0].headers["authorization"] == "Bearer canary-token"
    assert "access_token" not in lab.server.asked[0].query
    kept = [path.read_bytes() for path in lab.root.path.rglob("*") if path.is_file()]
    assert not [body for body in kept if b"canary" in body]


def test_the_token_that_paging_repeats_is_not_sent_on(lab: Lab) -> None:
    following = {"next": f"{GRAPH}/5/feed?access_token=canary-token&until=7&__paging_token=p"}
    lab.server.on(
        "/5/feed", reply({"data": [post(1)], "paging": following}), reply({"data": [post(2)]})
    )
    lab.server.on("/5/tagged", reply({"data": []}))
    outcome, rows = lab.crawl("facebook", **PAGE)
    assert outcome.error is None
    assert len(rows) == 2
    second = lab.server.asked[1].query
    assert (second["until"], second["__paging_token"]) == ("7", "p")
    assert "access_token" not in second


def test_what_tags_a_page_is_not_on_its_own_channel(lab: Lab) -> None:
    serve(lab, post(1))
    lab.server.on("/5/tagged", reply({"data": [post(2, id="7_2")]}))
    _, rows = lab.crawl("facebook", **PAGE)
    assert {row["native_id"]: row["owned"] for row in rows} == {"5_1": True, "7_2": False}
    assert {row["brand_id"] for row in rows} == {"quillon"}


def spooled(folder: Path, body: Any, name: str = "1.json", **change: Any) -> None:
    """Put a signed post into a folder."""
    folder.mkdir(exist_ok=True)
    text = json.dumps(body)
    kept = {"received_at": "2026-10-08T11:30:00Z", "body": text,
            "signature": sign(text, "canary-token"), **change}  # fmt: skip
    (folder / name).write_text(json.dumps(kept))


def test_a_comment_that_is_asked_for_singly_stays_below_its_post(lab: Lab) -> None:
    """Its id tells the post's number only; without the page it would read as an edit."""
    comment = {"id": "101_1", "message": "Loud?", "created_time": "2026-10-07T09:00:00+0000"}
    serve(lab, post(101, comments={"summary": {"total_count": 1}}))
    lab.server.on("/5_101/comments", reply({"data": [comment]}), reply({"data": []}))
    lab.server.on("/101_1", reply(comment))
    lab.crawl("facebook", **PAGE)
    _, rows = lab.crawl("facebook", **PAGE)
    (row,) = (row for row in rows if row["native_id"] == "comments/101_1")
    assert row["seen_before"]


def test_mentions_of_an_account_are_read_by_the_ids_a_webhook_told(
    lab: Lab, tmp_path: Path
) -> None:
    told = [{"field": "mentions", "value": {"comment_id": "42", "media_id": "41"}},
            {"field": "mentions", "value": {"media_id": "43"}},
            {"field": "comments", "value": {"id": "44"}}]  # fmt: skip
    spooled(tmp_path / "spool", {"object": "instagram", "entry": [{"id": "17", "changes": told}]})
    spooled(tmp_path / "spool", {"entry": [{"id": "18", "changes": told}]}, "2.json")
    for path in ("/17/media", "/17/tags"):
        lab.server.on(path, reply({"data": []}))
    at = {"timestamp": "2026-10-08T11:00:00+0000", "username": "wren"}
    lab.server.on(
        "/17",
        reply({"mentioned_comment": {"id": "42", "text": "ask @quillon", **at}, "id": "17"}),
        reply({"mentioned_media": {"id": "43", "caption": "by @quillon", **at}, "id": "17"}),
    )
    settings = {**ACCOUNT, "spool": str(tmp_path / "spool")}
    outcome, rows = lab.crawl("instagram", **settings)
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["comments/42", "43"]
    assert [row["owned"] for row in rows] == [False, False]
    asked = [one.query["fields"] for one in lab.server.asked if one.path == "/17"]
    assert asked[0].startswith("mentioned_comment.comment_id(42){id,text")


# --- LinkedIn ---------------------------------------------------------------------------


def test_linkedin_is_asked_in_a_stated_version(lab: Lab) -> None:
    lab.server.on("/posts", reply({"elements": [], "paging": {"links": []}}))
    outcome, _ = lab.crawl("linkedin", **ORGANISATION, version="202611")
    assert outcome.error is None
    said = lab.server.asked[0].headers
    assert said["linkedin-version"] == "202611"
    assert said["x-restli-protocol-version"] == "2.0.0"
    assert said["x-restli-method"] == "FINDER"
    with pytest.raises(ConfigurationError, match="version"):
        streams(lab.brand_file("linkedin", {**ORGANISATION, "version": "2.0"}))


def test_linkedin_is_asked_for_counts_with_the_signs_of_its_list_unescaped(lab: Lab) -> None:
    """Rest.li 2.0 reads `List(…)` only so; the parentheses of an id are escaped."""
    comment = "urn:li:comment:(urn:li:share:1,2)"
    lab.server.on("/socialMetadata", reply({"results": {}}))
    brands = lab.brand_file("linkedin", ORGANISATION)
    (stream,) = streams(brands)
    landing = Landing(lab.root)
    with landing.lock("engagement", stream.id):
        warc = landing.scratch("engagement", stream.id)
        with open_door(landing, stream, brands, (), warc, lab.time.clock) as http:
            look = Look(http, stream.as_target, brands, {}, NOON, NOON, lambda _: {})
            pages = list(linkedin.recount(look, ["urn:li:share:1", comment]))
    assert [page.served for page in pages] == [0]
    line = lab.server.asked[0].raw.split(b" ")[1]
    escaped = b"urn%3Ali%3Acomment%3A%28urn%3Ali%3Ashare%3A1%2C2%29"
    assert line == b"/socialMetadata?ids=List(urn%3Ali%3Ashare%3A1," + escaped + b")"


# --- webhooks ---------------------------------------------------------------------------


def hooked(folder: Path, **more: Any) -> dict[str, Any]:
    return {"folders": [{"path": str(folder), "brand": "quillon", **more}]}


def item(number: str, text: str = "It hums") -> dict[str, str]:
    return {"id": number, "text": text, "published_at": "2026-10-08T11:00:00Z"}


def test_only_signed_posts_are_read_and_the_others_are_told(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    spooled(folder, item("1"))
    spooled(folder, item("2"), "2.json", signature=sign("something else", "canary-token"))
    spooled(folder, item("3"), "3.json", signature="")
    (folder / "4.json").write_text("[")
    outcome, rows = lab.crawl("webhook", **hooked(folder))
    assert outcome.error is None
    assert outcome.counts == {"kept": 1, "quarantined": 3}
    assert {row["reason"] for row in rows} == {None, "bad_signature"}
    assert rows[0]["owned"]


def test_the_handler_of_the_docs_writes_what_is_read(lab: Lab, tmp_path: Path) -> None:
    docs = (Path(__file__).parents[3] / "docs" / "sources.md").read_text()
    code = docs.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "spool").mkdir()
    names: dict[str, Any] = {}
    exec(code.replace("/var/spool/listening", str(tmp_path / "spool")), names)  # noqa: S102
    body = json.dumps(item("1")).encode()
    asked = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
             "HTTP_X_HUB_SIGNATURE_256": sign(body.decode(), "canary-token")}  # fmt: skip
    assert names["application"](asked, lambda *_: None) == [b""]
    outcome, rows = lab.crawl("webhook", **hooked(tmp_path / "spool"))
    assert (outcome.error, [row["native_id"] for row in rows]) == (None, ["1"])


def test_a_late_file_is_not_lost(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    spooled(folder, item("1"))
    lab.crawl("webhook", **hooked(folder))
    spooled(folder, item("2"), "0.json", received_at="2026-10-08T11:00:00Z")
    outcome, rows = lab.crawl("webhook", **hooked(folder))
    fresh = [row["native_id"] for row in rows if not row["seen_before"]]
    assert (outcome.error, fresh) == (None, ["2"])


def test_private_posts_are_marked_and_their_rejects_empty(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    odd = {"id": "2", "text": "a secret word", "published_at": "soon"}
    spooled(folder, [item("1"), odd])
    spooled(folder, ["a secret word"], "2.json")
    _, rows = lab.crawl("webhook", **hooked(folder, private=True))
    assert [row["private"] for row in rows if row["bucket"] == "kept"] == [True]
    assert len(rows) == 3
    assert "a secret word" not in str(rows)


def test_a_field_nobody_knows_is_refused_with_its_name(lab: Lab, tmp_path: Path) -> None:
    file = lab.brand_file("webhook", hooked(tmp_path, map={"a": "txt"}))
    with pytest.raises(ConfigurationError, match="unknown field 'txt'"):
        streams(file)
