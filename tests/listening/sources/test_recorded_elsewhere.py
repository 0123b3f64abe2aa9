"""Answers recorded in the test suites of client libraries, where `LISTENING_RECORDED` names them.

They are other people's, so they lie outside the project: `zendesk/export.json`, a list of the pages
of the incremental export of tickets in zenpy's cassettes (tests/test_api/betamax), and
`zendesk/comments.json`, of ticket comments there; `cfpb/search.json` and `cfpb/document.json`, the
answers kept in the tests of the bureau's own page (cfpb/ccdb5-ui: list-panel/fixture.js,
api/fixture.js); `gdelt/rows.tsv`, the rows of 2017 in gdeltPyR's samples (data/gkg2*samp.gz).
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
from listening.sources import cfpb, gdelt, zendesk
from tests.listening.conftest import reply
from tests.listening.sources.conftest import NOON, Lab

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
        assert clean_mention(zendesk._mention(look, f"tickets/{one['id']}", one, None, {}))  # type: ignore[arg-type]


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
    (item,) = cfpb._page(look, recorded("cfpb/document.json")["hits"]["hits"], "").items
    assert clean_mention(item)  # type: ignore[arg-type]


def test_every_recorded_row_of_gdelt_is_read() -> None:
    """Titles came two years later; what a row says of its page is there."""
    look: Any = SimpleNamespace(settings={"kind": ""}, started_at=NOON)
    rows = (HERE / "gdelt/rows.tsv").read_text().splitlines()
    read = [gdelt._mention(row, look) for row in rows]
    assert len(read) >= 100
    assert all(clean_mention(one) and one.url for one in read)
    assert sum(bool(one.text) for one in read) > 0.9 * len(read)
