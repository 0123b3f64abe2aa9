"""Searches with odd days of their own: Lemmy, NewsAPI, CFPB, NHTSA, Flickr, GDELT DOC."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.net.answer import DeniedError, RateLimitedError
from listening.net.meter import SpendCappedError
from listening.sources._api import disguised
from tests.listening.conftest import Answer, Asked, reply
from tests.listening.sources.conftest import NOON, Lab
from tests.listening.sources.test_recorded import FIXTURES

KEY = '{"password": "invented-key"}'
LEMMY = {"base_url": "http://lemmy.example"}
CFPB = "/data-research/consumer-complaints/search/api/v1/"


def stamps(asked: list[Asked], first: str, last: str) -> list[tuple[str, str]]:
    return [(one.query[first], one.query[last]) for one in asked]


# --- Lemmy ------------------------------------------------------------------------------


def test_a_rate_limit_worded_as_a_bad_request_is_one(lab: Lab) -> None:
    lab.server.on("/api/v3/search", reply({"error": "rate_limit_error"}, 400))
    outcome, _ = lab.crawl("lemmy", **LEMMY)
    assert isinstance(outcome.error, RateLimitedError)
    assert outcome.error.until > NOON
    assert len(lab.server.asked) == 1


def test_another_refusal_stays_what_it_is() -> None:
    error = DeniedError.of("http://a.example/x", 400, b'{"error": "not_logged_in"}')
    with pytest.raises(DeniedError) as told, disguised("http://a.example/x", {b"rate_limit": 60.0}):
        raise error
    assert told.value is error
    with pytest.raises(RateLimitedError), disguised("http://a.example/x", {b"logged_in": 60.0}):
        raise error


def test_the_shape_of_lemmy_1_is_read(lab: Lab) -> None:
    if not FIXTURES.exists():
        pytest.skip("no ../shared/fixtures beside the project")
    told = json.loads((FIXTURES / "lemmy/search_v4_shape.json").read_text())
    told["comments"][0]["creator"] = told["posts"][0]["creator"]
    told["next_page"] = None  # the shape's word for one leads to the same page again
    lab.server.on("/api/v4/search", reply(told))
    outcome, rows = lab.crawl("lemmy", **LEMMY, api="v4")
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["lemmy.example/post/1", "lemmy.example/comment/9"]
    kinds = [one.query["type_"] for one in lab.server.asked]
    assert kinds == ["posts", "comments"]
    assert {one.query["search_term"] for one in lab.server.asked} == {"Quillon"}


# --- NewsAPI ----------------------------------------------------------------------------


def article(moment: str, number: int) -> dict[str, Any]:
    return {
        "source": {"id": None, "name": "Post"}, "author": None, "title": f"Quillon {number}",
        "description": "A kettle.", "url": f"http://press.example/{number}", "urlToImage": None,
        "publishedAt": moment, "content": None,
    }  # fmt: skip


def news(lab: Lab, articles: list[dict[str, Any]]) -> None:
    """Serve articles as NewsAPI does: the newest hundred of a window, and their count."""

    def answer(asked: Asked) -> Answer:
        since, until = asked.query["from"], asked.query["to"]
        found = [one for one in articles if since <= one["publishedAt"] <= until]
        return reply({"status": "ok", "totalResults": len(found), "articles": found[:100]})

    lab.server.on("/v2/everything", answer)


def test_a_window_of_more_than_a_page_is_halved_until_all_is_there(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_NEWSAPI", KEY)
    first = NOON - timedelta(days=20)
    moments = [first + timedelta(hours=number) for number in range(240)]
    news(lab, [article(f"{one:%Y-%m-%dT%H:%M:%SZ}", n) for n, one in enumerate(moments)])
    outcome, rows = lab.crawl("newsapi", base_url="http://news.example")
    assert outcome.error is None
    assert outcome.coverage.state == "complete"
    kept = [row["native_id"] for row in rows if row["bucket"] == "kept"]
    assert len(set(kept)) == len(kept) == 240
    assert outcome.served == len(rows)
    assert all("page" not in one.query for one in lab.server.asked)


def test_more_than_a_page_in_one_minute_is_recorded_as_capped(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_NEWSAPI", KEY)
    moment = f"{NOON - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    news(lab, [article(moment, number) for number in range(101)])
    outcome, rows = lab.crawl("newsapi", base_url="http://news.example")
    assert outcome.coverage.state == "capped"
    assert "101 articles in one minute" in outcome.coverage.reason
    assert len({row["native_id"] for row in rows if row["bucket"] == "kept"}) == 100


def test_no_request_passes_the_plan_of_the_day(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_NEWSAPI", KEY)
    moment = f"{NOON - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    news(lab, [article(moment, number) for number in range(101)])
    outcome, _ = lab.crawl("newsapi", base_url="http://news.example", cap=3)
    assert isinstance(outcome.error, SpendCappedError)
    assert len(lab.server.asked) == 3
    assert outcome.coverage.state == "partial"


def test_a_used_up_key_is_a_rate_limit(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_NEWSAPI", KEY)
    said = {"status": "error", "code": "apiKeyExhausted", "message": "No more requests"}
    lab.server.on("/v2/everything", reply(said, 401))
    outcome, _ = lab.crawl("newsapi", base_url="http://news.example")
    assert isinstance(outcome.error, RateLimitedError)


def test_the_documented_articles_are_read(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    if not FIXTURES.exists():
        pytest.skip("no ../shared/fixtures beside the project")
    monkeypatch.setenv("AIRFLOW_CONN_NEWSAPI", KEY)
    body = (FIXTURES / "newsapi/everything_shape.json").read_bytes()
    lab.server.on("/v2/everything", reply(body, Content_Type="application/json"))
    outcome, rows = lab.crawl("newsapi", base_url="http://news.example")
    assert outcome.error is None
    assert [row["bucket"] for row in rows] == ["off_topic", "off_topic"]


# --- CFPB, NHTSA ------------------------------------------------------------------------


def complaint(number: int) -> dict[str, Any]:
    said = {
        "complaint_id": str(number), "complaint_what_happened": "The fee came twice.",
        "issue": "Fees", "sub_issue": None, "product": "Card", "company": "QUILLON BANK",
        "state": "OR", "date_received": "2026-10-01T12:00:00-05:00",
    }  # fmt: skip
    return {"_id": str(number), "_source": said, "sort": [1_790_000_000_000 - number, str(number)]}


def complaints(lab: Lab, hits: list[dict[str, Any]]) -> None:
    """Serve complaints as the bureau does: a hundred behind `search_after`."""

    def answer(asked: Asked) -> Answer:
        keys = ["_".join(map(str, one["sort"])) for one in hits]
        behind = asked.query.get("search_after")
        start = keys.index(behind) + 1 if behind else 0
        found = hits[start : start + int(asked.query["size"])]
        return reply({"hits": {"total": {"value": len(hits)}, "hits": found}})

    lab.server.on(CFPB, answer)


def test_complaints_are_paged_behind_the_last_one_and_asked_for_twice_a_day(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints(lab, [complaint(number) for number in range(250)])
    settings: dict[str, Any] = {
        "base_url": "http://cfpb.example",
        "companies": [{"name": "QUILLON BANK"}],
    }
    outcome, rows = lab.crawl("cfpb", **settings)
    assert outcome.error is None
    assert len({row["native_id"] for row in rows}) == outcome.served == 250
    assert {one.query.get("company") for one in lab.server.asked} == {"QUILLON BANK"}
    lab.crawl("cfpb", **settings)
    assert len(lab.server.asked) == 3
    monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(hours=12)).isoformat())
    outcome, rows = lab.crawl("cfpb", **settings)
    assert all(row["seen_before"] for row in rows)
    assert len(rows) == 250


def test_without_companies_the_queries_are_searched_in_every_field(lab: Lab) -> None:
    complaints(lab, [complaint(1)])
    _, rows = lab.crawl("cfpb", base_url="http://cfpb.example")
    last = lab.server.asked[-1].query
    assert (last["search_term"], last["field"]) == ('"Quillon"', "all")
    assert [row["bucket"] for row in rows] == ["kept"]  # the company's name is in its title


def test_a_vehicle_whose_list_reads_as_before_brings_nothing(lab: Lab) -> None:
    told = {"odiNumber": 9_007_199_254_740_993, "crash": False, "fire": True,
            "numberOfInjuries": 0, "numberOfDeaths": 1, "dateComplaintFiled": "10/05/2026",
            "components": "SEATS", "summary": "It burned."}  # fmt: skip
    odd = {**told, "odiNumber": 2, "dateComplaintFiled": "2026-10-05"}
    lab.server.on("/complaints/complaintsByVehicle", reply({"results": [told, odd]}))
    vehicle = {"make": "QUILLON", "model": "TRAIL", "years": [2026], "brand": "quillon"}
    settings: dict[str, Any] = {"base_url": "http://nhtsa.example", "vehicles": [vehicle]}
    outcome, rows = lab.crawl("nhtsa", **settings)
    assert outcome.error is None
    assert [(row["bucket"], row["native_id"], row["reason"]) for row in rows] == [
        ("kept", "9007199254740993", None), ("quarantined", "2", "bad_date"),
    ]  # fmt: skip
    assert rows[0]["title"].endswith("SEATS (fire, 1 dead)")
    outcome, rows = lab.crawl("nhtsa", **settings)
    assert (outcome.error, rows) == (None, [])


# --- Flickr -----------------------------------------------------------------------------


def test_a_busy_flickr_is_asked_again_and_a_bad_key_is_an_error(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_FLICKR", KEY)
    busy = reply({"stat": "fail", "code": 105, "message": "Service currently unavailable"})
    none = reply({"photos": {"page": 1, "pages": 0, "total": "0", "photo": []}, "stat": "ok"})
    bad = reply({"stat": "fail", "code": 100, "message": "Invalid API Key"})
    lab.server.on("/services/rest/", busy, none, bad)
    outcome, _ = lab.crawl("flickr", base_url="http://flickr.example")
    assert outcome.error is None
    assert len(lab.server.asked) == 2
    outcome, _ = lab.crawl("flickr", base_url="http://flickr.example", hours=0)
    assert "Invalid API Key" in str(outcome.error)
    assert "invented-key" not in str(outcome.error)


# --- GDELT DOC --------------------------------------------------------------------------


def gdelt(lab: Lab, moments: list[datetime]) -> None:
    def answer(asked: Asked) -> Answer:
        since, until = asked.query["startdatetime"], asked.query["enddatetime"]
        found = [
            {"url": f"http://press.example/{number}", "title": f"Quillon {number}",
             "seendate": f"{one:%Y%m%dT%H%M%SZ}", "domain": "press.example"}
            for number, one in enumerate(moments) if since <= f"{one:%Y%m%d%H%M%S}" <= until
        ]  # fmt: skip
        return reply({"articles": found[:250]} if found else {})

    lab.server.on("/api/v2/doc/doc", answer)


def test_a_full_list_of_gdelt_is_halved_by_time(lab: Lab) -> None:
    gdelt(lab, [NOON - timedelta(minutes=9 * number) for number in range(700)])
    outcome, rows = lab.crawl("gdelt_doc", base_url="http://gdelt.example")
    assert outcome.error is None
    assert outcome.coverage.state == "complete"
    assert len({row["native_id"] for row in rows if row["bucket"] == "kept"}) == 700
    assert outcome.served == len(rows)


def test_more_than_a_list_in_a_quarter_of_an_hour_is_capped(lab: Lab) -> None:
    gdelt(lab, [NOON - timedelta(minutes=20, seconds=number) for number in range(300)])
    outcome, _ = lab.crawl("gdelt_doc", base_url="http://gdelt.example")
    assert outcome.coverage.state == "capped"


def test_gdelts_sentences_are_waited_for_or_told(lab: Lab) -> None:
    limit = reply(b"Please limit requests to one every 5 seconds or contact us.")
    lab.server.on("/api/v2/doc/doc", limit, reply({}), reply(b"The specified phrase is too short."))
    outcome, _ = lab.crawl("gdelt_doc", base_url="http://gdelt.example")
    assert outcome.error is None
    assert 5.0 in lab.time.slept
    outcome, _ = lab.crawl("gdelt_doc", base_url="http://gdelt.example", hours=0)
    assert "too short" in str(outcome.error)


def test_the_documented_list_of_gdelt_is_read(lab: Lab) -> None:
    if not FIXTURES.exists():
        pytest.skip("no ../shared/fixtures beside the project")
    body = (FIXTURES / "gdelt_doc/artlist_shape.json").read_bytes()
    lab.server.on("/api/v2/doc/doc", reply(body, Content_Type="application/json"))
    outcome, rows = lab.crawl("gdelt_doc", base_url="http://gdelt.example")
    assert outcome.error is None
    assert [row["bucket"] for row in rows] == ["off_topic"]


def test_a_query_of_two_names_is_one_search(lab: Lab) -> None:
    from listening.contract import Query

    lab.queries = (Query("main", 'quillon OR "k3 kettle"'),)
    gdelt(lab, [datetime(2026, 10, 8, 11, tzinfo=UTC)])
    lab.crawl("gdelt_doc", base_url="http://gdelt.example")
    assert [one.query["query"] for one in lab.server.asked] == ['(quillon OR "k3 kettle")']


def test_a_paid_search_waits_its_hours_whatever_the_polls(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_NEWSAPI", KEY)
    news(lab, [])
    for minutes in (0, 1, 30, 59, 60, 61, 121):
        monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(minutes=minutes)).isoformat())
        outcome, _ = lab.crawl("newsapi", base_url="http://news.example")
        assert outcome.error is None
    assert len(lab.server.asked) == 3
