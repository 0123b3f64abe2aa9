"""Answers that others recorded and keep in public, where `LISTENING_RECORDED` names the folder.

They are other people's, so they lie outside the project: `zendesk/export.json`, a list of the pages
of the incremental export of tickets in zenpy's cassettes (tests/test_api/betamax), and
`zendesk/comments.json`, of ticket comments there; `cfpb/search.json` and `cfpb/document.json`, the
answers kept in the tests of the bureau's own page (cfpb/ccdb5-ui: list-panel/fixture.js,
api/fixture.js); `gdelt/rows.tsv`, the rows of 2017 in gdeltPyR's samples (data/gkg2*samp.gz).

A few items each, none from a library: `googleplay/reviews.json`, a review of 2018 in a note on
the API's version 2; `appstore/page.json`, nine reviews of a page of 2018, in a script's comment;
`appstoreconnect/reviews.json`, the review of 2026-07 that a tool's test keeps as served;
`newsapi/everything.json`, three articles of 2020 to 2022 in a page's source; and
`nhtsa/complaints.json`, a complaint of 2017 in a note on cleaning them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from listening.clean import clean_mention
from listening.sources import newsapi, nhtsa, zendesk
from listening.sources.shape import cfpb, gdelt
from listening.sources.shape.zendesk import read_comment
from tests.listening.conftest import reply
from tests.listening.sources.conftest import NOON, Lab
from tests.listening.sources.keys import ec_key, pem, rsa_key

HERE = Path(os.environ.get("LISTENING_RECORDED", "/nowhere"))

pytestmark = pytest.mark.skipif(not HERE.is_dir(), reason="LISTENING_RECORDED names no folder")


def recorded(path: str) -> Any:
    return json.loads((HERE / path).read_text())


def test_every_recorded_ticket_is_read() -> None:
    look: Any = SimpleNamespace(
        settings={"base_url": "https://desk.example", "voice": "v", "brand": "b", "owned": True},
        started_at=NOON,
    )
    tickets = [one for page in recorded("zendesk/export.json") for one in page["tickets"]]
    living = [one for one in tickets if one["status"] != zendesk.GONE]
    assert len(living) > 500
    for one in living:
        assert clean_mention(read_comment(look, f"tickets/{one['id']}", one, None, {}))  # type: ignore[arg-type]


def test_a_recorded_page_of_tickets_is_crawled(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a mention with its comments, or was deleted before anybody saw it."""
    monkeypatch.setenv("AIRFLOW_CONN_ZENDESK", json.dumps({"login": "a", "password": "b"}))
    pages = [page for page in recorded("zendesk/export.json") if page["end_of_stream"]]
    page = max(pages, key=lambda one: len(one["tickets"]))
    lab.server.on("/api/v2/incremental/tickets/cursor.json", reply(page))
    (comments,) = recorded("zendesk/comments.json")
    for one in page["tickets"]:
        path = f"/api/v2/tickets/{one['id']}/comments.json"
        lab.server.on(path, reply({**comments, "users": []}))
    outcome, rows = lab.crawl("zendesk", base_url="http://desk.example", brand="quillon")
    assert outcome.error is None, outcome.error
    assert len(rows) == len(page["tickets"])
    deleted = Counter(one["status"] == zendesk.GONE for one in page["tickets"])
    assert Counter(row["bucket"] == "quarantined" for row in rows) == deleted


def test_every_recorded_complaint_is_read(lab: Lab) -> None:
    answer = recorded("cfpb/search.json")
    lab.server.on("/data-research/consumer-complaints/search/api/v1/", reply(answer))
    companies = [{"name": "ACME", "brand": "quillon"}]
    outcome, rows = lab.crawl("cfpb", base_url="http://cfpb.example", companies=companies)
    assert outcome.error is None, outcome.error
    assert len(rows) == len(answer["hits"]["hits"])
    assert {row["bucket"] for row in rows} == {"kept"}


def test_a_complaint_that_was_asked_for_by_its_number_is_read() -> None:
    look: Any = SimpleNamespace(settings={"brand": "quillon"}, started_at=NOON)
    (item,) = cfpb.read_page(look, recorded("cfpb/document.json")["hits"]["hits"], "").items
    assert clean_mention(item)  # type: ignore[arg-type]


def test_every_recorded_row_of_gdelt_is_read() -> None:
    """Titles came two years later; what a row says of its page is there."""
    look: Any = SimpleNamespace(settings={"kind": ""}, started_at=NOON)
    rows = (HERE / "gdelt/rows.tsv").read_text().splitlines()
    read = [gdelt.read_mention(row, look) for row in rows]
    assert len(read) >= 100
    assert all(clean_mention(one) and one.url for one in read)
    assert sum(bool(one.text) for one in read) > 0.9 * len(read)


def kept(lab: Lab, source: str, **settings: Any) -> list[dict[str, Any]]:
    outcome, rows = lab.crawl(source, **settings)
    assert outcome.error is None, outcome.error
    assert {row["bucket"] for row in rows} == {"kept"}
    return rows


def test_a_recorded_review_of_google_play_is_read(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its title is empty, its language has a script and a country."""
    key = {"client_email": "a@b.example", "private_key": pem(rsa_key())}
    connection = {"extra": {"keyfile_dict": json.dumps(key)}}
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLEPLAY", json.dumps(connection))
    answer = recorded("googleplay/reviews.json")
    path = "/androidpublisher/v3/applications/com.acme.app/reviews"
    lab.server.on("/token", reply({"access_token": "t", "expires_in": 3600}))
    lab.server.on(path, reply({"reviews": answer["reviews"]}))
    apps = [{"id": "com.acme.app", "brand": "quillon"}]
    hosts = {"base_url": "http://play.example", "token_url": "http://play.example/token"}
    (row,) = kept(lab, "googleplay", apps=apps, **hosts)
    said = answer["reviews"][0]["comments"][0]["userComment"]
    assert (row["title"], row["rating"]) == ("", said["starRating"])
    assert row["text"] == said["text"].strip()
    assert row["lang"] == "zh-Hant-TW"
    assert int(row["published_at"].timestamp()) == int(said["lastModified"]["seconds"])


def test_a_recorded_review_of_app_store_connect_is_read(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"login": "ABC", "password": pem(ec_key()), "extra": {"issuer": "i"}}
    monkeypatch.setenv("AIRFLOW_CONN_APPSTORECONNECT", json.dumps(key))
    answer = recorded("appstoreconnect/reviews.json")
    lab.server.on("/v1/apps/1/customerReviews", reply(answer))
    apps = [{"id": "1", "brand": "quillon"}]
    (row,) = kept(lab, "appstoreconnect", apps=apps, base_url="http://connect.example")
    said = answer["data"][0]["attributes"]
    assert (row["title"], row["text"], row["rating"]) == (said["title"], said["body"], 5)
    assert row["published_at"].isoformat() == "2026-07-10T15:10:55+00:00"


def test_recorded_reviews_of_the_app_store_are_read(lab: Lab) -> None:
    """The app itself comes first; reviews of 2018 have no date."""
    answer = recorded("appstore/page.json")
    lab.server.on("/al/rss/customerreviews/page=1/id=1/sortby=mostrecent/json", reply(answer))
    empty = reply({"feed": {}})
    lab.server.on("/al/rss/customerreviews/page=2/id=1/sortby=mostrecent/json", empty)
    apps = [{"id": "1", "country": "al", "brand": "quillon"}]
    rows = kept(lab, "appstore", apps=apps, base_url="http://apple.example")
    assert len(rows) == len(answer["feed"]["entry"]) - 1
    assert {tuple(row["warnings"]) for row in rows} == {("date_guessed",)}


def test_recorded_articles_are_read() -> None:
    look: Any = SimpleNamespace(settings={"language": ""}, started_at=NOON)
    articles = recorded("newsapi/everything.json")["articles"]
    for one in articles:
        mention = newsapi._mention(one, look)
        assert clean_mention(mention)
        assert "chars]" not in mention.text
        assert "<" not in mention.text


def test_a_recorded_complaint_about_a_vehicle_is_read() -> None:
    facts = {"make": "jeep", "model": "wrangler", "year": 1987, "brand": "quillon"}
    look: Any = SimpleNamespace(settings=facts, started_at=NOON)
    (raw,) = recorded("nhtsa/complaints.json")["results"]
    assert set(raw) <= nhtsa.KNOWN
    mention = nhtsa._mention(raw, look)
    assert clean_mention(mention)
    assert mention.published_at.date().isoformat() == "2017-12-18"
