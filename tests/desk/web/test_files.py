"""Boards, alerts, a mention's parts and the audit log as files: what the page lists, no more."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from desk.alert.state import ALERT, ALERT_MENTION, open_state
from desk.web import audit
from desk.web.board import BOARDS
from desk.web.narrow import read_narrowed
from listening.contract import ConfigurationError, now
from tests.desk.web.conftest import enter, token_of
from tests.desk.work.test_alert_page import fill


def rows_of(client, path):
    """Return the rows of a list as both files tell them, which is the same."""
    text = client.get(path)
    assert text.status_code == 200, path
    told = list(csv.DictReader(io.StringIO(text.text)))
    table = pq.read_table(io.BytesIO(client.get(path.replace(".csv", ".parquet")).content))
    assert (table.num_rows, table.schema.names) == (
        len(told),
        list(told[0] if told else table.schema.names),
    )
    return told


def files_of(page):
    links = re.findall(r'href="(/[^"]*export/[^"]*\.csv[^"]*)"', page)
    return [unescape(link) for link in links]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_a_board_as_a_file_is_what_its_page_counts(desk, board):
    client = enter(desk, board.team)
    start = f"/{board.team}/board/{board.name}"
    for query in ("", "?show=mine", "?show=settled", "?since=2026-10-29", "?until=2026-10-01"):
        page = client.get(start + query).text
        (path,) = files_of(page)
        (count,) = re.findall(r'aria-current="true">[^<]*\((\d+)\)', page)
        rows = rows_of(client, path)
        assert len(rows) == int(count), path
    for name, offered in re.findall(r'<select name="(\w+)">(.*?)</select>', page, re.DOTALL):
        value = unescape(re.findall(r'<option value="([^"]+)"', offered)[0])
        (path,) = files_of(client.get(start, params={name: value}).text)
        rows = rows_of(client, path)
        assert rows, path
        assert all(value in row[board.filters[name]].split("; ") for row in rows)


def test_a_thing_of_a_board_gives_its_history(desk):
    client = enter(desk, "product")
    form = {"title": "=2+5", "brand_id": "acme", "note": "@SUM(A1)"}
    path = "/product/board/recommendations"
    form["csrf"] = token_of(client.get(f"{path}/new").text)
    made = client.post(f"{path}/new", data=form)
    assert made.status_code == 303, made.text
    thing = client.get(made.headers["location"]).text
    ((row),) = rows_of(client, files_of(thing)[0])
    assert (row["actor"], row["what"]) == ("product", "Propose")
    assert "@SUM(A1)" in row["note"]
    (listed,) = [
        row
        for row in rows_of(client, files_of(client.get(path).text)[0])
        if row["changed_by"] == "product"
    ]
    assert listed["said"] == "'=2+5"  # no spreadsheet runs it
    assert (listed["status"], listed["brand_id"]) == ("proposed", "acme")


def test_a_look_at_a_case_by_its_file_is_in_its_custody(desk, root):
    from desk.legal.case import read_case

    client = enter(desk, "legal")
    path = "/legal/board/cases"
    token = token_of(client.get(f"{path}/new").text)
    made = client.post(f"{path}/new", data={"csrf": token, "title": "Copies"})
    one = made.headers["location"].partition("?")[0]
    case_id = one.rpartition("/")[2]
    before = len(read_case(root, case_id).log)
    assert client.get(f"/legal/export/board/cases/{case_id}.csv").status_code == 200
    assert len(read_case(root, case_id).log) == before + 1


def test_alerts_and_what_is_behind_one_are_files(desk, root):
    with open_state(root) as connection, connection.begin():
        for owner, state in (("product", "open"), ("product", "held"), ("legal", "open")):
            facts = {"alert_id": f"a-{owner}-{state}", "owner": owner, "state": state}
            row = fill(ALERT, **facts, title=f"=It of {owner}", detail={}, kind="volume")
            row["chart"] = [{"at": "2026-10-01", "value": 3, "usual": None}]
            connection.execute(sa.insert(ALERT).values(row))
            row = fill(ALERT_MENTION, alert_id=facts["alert_id"], mention_id="m", said="+1")
            connection.execute(sa.insert(ALERT_MENTION).values(row))
    client = enter(desk, "product")
    for show in ("open", "held"):
        (path,) = files_of(client.get(f"/product/alerts?show={show}").text)
        assert [row["title"] for row in rows_of(client, path)] == ["'=It of product"]
    assert rows_of(client, "/product/export/alerts.csv?kind=reach") == []
    moved, behind = files_of(client.get("/product/alerts/a-product-open").text)
    assert rows_of(client, moved) == [{"at": "2026-10-01", "value": "3.0", "usual": ""}]
    assert [row["said"] for row in rows_of(client, behind)] == ["'+1"]
    for path in ("alert/a-legal-open/mentions.csv", "alert/a-product-open/chain.csv"):
        assert client.get(f"/product/export/{path}").status_code == 404
    assert client.get("/legal/export/alerts.csv").status_code == 403


def test_every_part_of_a_mention_is_a_file(desk):
    client = enter(desk, "product")
    found = files_of(client.get("/product/mention/leak-0").text)
    told = {path.rpartition("/")[2]: rows_of(client, path) for path in found}
    assert {*told} == {"mention.csv", "labels.csv", "looks.csv", "thread.csv"}
    assert [row["mention_id"] for row in told["mention.csv"]] == ["leak-0"]
    assert {"tagger", "label", "p", "version"} <= {*told["labels.csv"][0]}
    for path in ("leak-0/batches.csv", "nobody/labels.csv", "leak-0/labels.html"):
        assert client.get(f"/product/export/mention/{path}").status_code == 404


def test_the_whole_audit_log_is_a_file_for_admin(desk, monkeypatch):
    monkeypatch.setattr(audit, "_AT_ONCE", 2)
    client = enter(desk, "product")
    for _ in range(5):
        client.get("/product/alerts")
    assert client.get("/export/audit.csv").status_code == 403
    admin = enter(desk, "admin")
    day = now().date().isoformat()
    query = f"account=product&action=see&since={day}&until={day}"
    (path,) = files_of(admin.get(f"/audit?{query}").text)
    rows = list(csv.DictReader(io.StringIO(admin.get(path).text)))
    assert [row["path"] for row in rows] == ["/product/alerts"] * 5
    assert rows == rows_of(admin, path)
    assert rows_of(admin, "/export/audit.csv?until=2020-01-01") == []
    refused = rows_of(admin, "/export/audit.csv?action=refuse")
    assert [(row["account"], row["path"]) for row in refused] == [("product", "/export/audit.csv")]


def test_what_a_list_cannot_be_narrowed_by_is_said():
    columns = {"brand": "brand_id", "since": "at"}
    for name, text in (("show", "all"), ("owner", "x"), ("since", "yesterday")):
        with pytest.raises(ConfigurationError):
            read_narrowed([(name, text)], columns, ("open", "held"))
    narrowed = read_narrowed([("brand", "acme"), ("show", "held")], columns, ("open", "held"))
    assert narrowed.query() == "show=held&brand=acme"
    assert narrowed.query("open") == "show=open&brand=acme"
    assert not narrowed.keeps({"brand_id": None})
    assert narrowed.keeps({"brand_id": ["other", "acme"]})
