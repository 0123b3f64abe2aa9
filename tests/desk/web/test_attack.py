"""Who may ask what: every route by every role, and product after legal's data."""

from __future__ import annotations

import json
import re

import duckdb
import pytest

from desk.web.access import ACCESS, PUBLIC, SIGNED_IN, TEAM
from desk.web.account import ROLES
from desk.web.page import read_page
from listening.contract import TEAMS
from tests.desk.web.conftest import client_of, enter, token_of

PARTS = {
    "drill": "mentions", "name": "mentions", "form": "csv", "mention_id": "0" * 32,
    "part": "labels",
}  # fmt: skip


def paths(template):
    """Return a route's addresses with the team each is of, for every team."""
    for team in TEAMS if "{team}" in template else [None]:
        values = {"team": team or "", **PARTS}
        yield team, re.sub(r"\{(\w+)\}", lambda part: values.get(part[1], "1"), template)  # noqa: B023


def may(rule, role, team):
    """Return whether a role may, as the rules are meant; said apart from the code on purpose."""
    if rule in (PUBLIC, SIGNED_IN):
        return True
    return role == team if rule == TEAM else role in rule


@pytest.mark.parametrize("role", ROLES)
def test_every_route_by_every_role(desk, role):
    client, checked = enter(desk, role), 0
    token = token_of(client.get("/").text or client.get("/sign-in").text)
    for (method, template), rule in ACCESS.items():
        if template == "/sign-out":
            continue
        for team, path in paths(template):
            answer = client.request(
                method, path, data={"csrf": token} if method == "POST" else None
            )
            refused = answer.status_code == 403 and "not for your role" in answer.text
            assert refused == (not may(rule, role, team)), (method, path, answer.status_code)
            checked += 1
    assert checked > len(ACCESS)


@pytest.mark.parametrize(("method", "template"), sorted(ACCESS))
def test_nobody_gets_anything_without_signing_in(desk, method, template):
    if ACCESS[(method, template)] == PUBLIC:
        return
    for _, path in paths(template):
        client = client_of(desk)
        answer = client.request(method, path)
        assert answer.status_code in ({303} if method == "GET" else {403}), path
        assert not answer.text or "Not for you" in answer.text


def test_no_route_is_without_a_rule(desk):
    asked = {
        (method, route.path)
        for route in desk.routes
        for method in getattr(route, "methods", None) or ()
    }
    assert asked == set(ACCESS)


def secrets_of_legal(root) -> set[str]:
    """Return the texts of legal's file that product's does not hold."""
    held: dict[str, set[str]] = {"legal": set(), "product": set()}
    for team, texts in held.items():
        with duckdb.connect(root.published / f"{team}.duckdb", read_only=True) as connection:
            for table, column in connection.execute(
                "SELECT table_name, column_name FROM duckdb_columns()"
                " WHERE NOT internal AND data_type = 'VARCHAR'"
                " AND table_name NOT IN ('readme', 'metric', 'use_case')"
            ).fetchall():
                rows = connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}"').fetchall()  # noqa: S608
                texts |= {text for (text,) in rows if text and len(text) > 8}
    open_words = json.dumps(read_page("product").model_dump(mode="json"))
    return {
        text
        for text in held["legal"] - held["product"]
        if not any(text in other for other in held["product"]) and text not in open_words
    }


ATTACKS = (
    "/legal", "/legal/", "/Legal", "/LEGAL", "//legal", "/./legal", "/product/../legal",
    "/product/%2e%2e/legal", "/product%2f..%2flegal", "/legal%00", "/legal;product", "/legal?",
    "/legal/rows/flags", "/legal/export/flags.csv", "/legal/export/flags.parquet",
    "/product/rows/flags", "/product/rows/../../legal/rows/flags", "/product/rows/..%2flegal",
    "/product/export/flags.csv", "/product/export/../legal/flags.csv",
    "/product/export/..%2flegal%2fflags.csv", "/product/export/legal.duckdb",
    "/product/export/mentions.duckdb", "/product?team=legal", "/product/rows/mentions?team=legal",
    "/product/rows/mentions?channel=x') UNION SELECT * FROM flag_open --",
    "/product/export/mentions.csv?brand=x' UNION ALL SELECT text FROM read_text('legal.duckdb')--",
    "/product/rows/mentions?page=-1", "/product/rows/mentions?page=99999999999999999999",
    "/static/../desk.sqlite", "/static/%2e%2e/%2e%2e/legal.yaml", "/static/..%2fapp.py",
    "/published/legal.duckdb", "/audit", "/audit?account=legal", "/openapi.json", "/docs",
    "/product/board/review", "/product/board/cases", "/product/board/cases/c1",
    "/product/board/review/dox?of=flag/doxxing", "/legal/board/review/dox?of=flag/doxxing",
    "/legal/board/cases", "/legal/alerts", "/product/correct/old", "/legal/correct/old",
    "/legal/export/board/review.csv", "/legal/export/board/cases.csv",
    "/legal/export/board/review/dox.csv?of=flag/doxxing", "/legal/export/alerts.csv?show=open",
    "/legal/export/mention/dox/labels.csv", "/legal/export/mention/dox/mention.csv",
    "/product/export/board/review.csv", "/product/export/board/cases/c1.csv",
    "/product/export/board/recommendations.csv?show=legal",
    "/product/export/board/recommendations/../../legal/export/board/review.csv",
    "/product/export/mention/dox/labels.csv", "/product/export/mention/dox/marks.csv",
    "/product/export/mention/dox/mention.csv", "/product/export/mention/dox/thread.csv",
    "/product/export/mention/dox/..%2f..%2flegal.csv", "/export/audit.csv",
    "/product/alerts?brand=x&show=held", "/product/board/recommendations?owner=legal",
    "/care", "/pr", "/investor", "/hr", "/executive", "/marketing", "/admin",
)  # fmt: skip


def test_product_finds_nothing_of_legal_by_any_address(desk, root):
    secrets = secrets_of_legal(root)
    assert len(secrets) > 10
    client = enter(desk, "product")
    with duckdb.connect(root.published / "legal.duckdb", read_only=True) as connection:
        ids = {row[0] for row in connection.execute("SELECT mention_id FROM mention").fetchall()}
        handles = {
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT author_handle FROM mention WHERE author_handle <> ''"
            ).fetchall()
        }
    attacks = [*ATTACKS, *(f"/product/mention/{mention_id}" for mention_id in sorted(ids))]
    attacks += [f"/legal/mention/{mention_id}" for mention_id in sorted(ids)]
    for path in attacks:
        for headers in ({}, {"X-Original-URL": "/legal", "X-Forwarded-For": "127.0.0.1"}):
            answer = client.get(path, headers=headers, follow_redirects=True)
            found = {text for text in secrets | handles if text in answer.text}
            assert not found, (path, answer.status_code, found)
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST"):
        answer = client.request(
            method, "/legal", headers={"X-HTTP-Method-Override": "GET"}, follow_redirects=True
        )
        assert answer.status_code in {403, 405}
        assert not any(text in answer.text for text in secrets)


def test_product_does_not_see_what_legal_said_of_a_suspicion(desk):
    """Both may correct the mention; legal's word on the suspicion, and its note, are legal's."""
    legal, product = enter(desk, "legal"), enter(desk, "product")
    path = "/legal/board/review/dox?of=flag/doxxing"
    form = {"csrf": token_of(legal.get(path).text), "version": "0", "action": "confirmed"}
    assert legal.post(path, data={**form, "note": "counsel calls tomorrow"}).status_code == 303
    assert "counsel calls tomorrow" in legal.get("/legal/correct/dox").text
    for page in ("correct/dox", "mention/dox", "rows/mentions"):
        answer = product.get(f"/product/{page}")
        assert "counsel" not in answer.text, page
        assert "doxxing" not in answer.text, page


def test_legal_does_see_what_product_may_not(desk, root):
    """So that the test above can fail."""
    text = enter(desk, "legal").get("/legal").text
    assert any(secret in text for secret in secrets_of_legal(root))
