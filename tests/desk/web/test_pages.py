"""Pages say what the files hold: every number opens as many rows as it says."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pyarrow.parquet as pq
import pytest

from desk.web.asked import read_asked
from desk.web.page import read_page, teams_with_pages
from desk.web.published import Library
from desk.web.show import built_at, count_rows, options, show_rows, show_tile
from listening.contract import TEAMS
from tests.desk.web.conftest import enter, part_of
from tests.desk.web.world import empty, files
from tests.warehouse.models.month import CANARY


@pytest.fixture
def library(root):
    made = Library(root)
    yield made
    made.close()


def asked_of(library, page, query, known):
    brands = options(library, page).get("brand", []) if page.one_brand else []
    return read_asked(query, known, built_at(library, page.team).date(), next(iter(brands), None))


def test_every_team_has_a_page():
    assert teams_with_pages() == TEAMS


@pytest.mark.parametrize(
    "query",
    [
        [],
        [("since", "2026-10-20"), ("until", "2026-10-21")],
        [("brand", "(all)")],
        [("channel", "mastodon")],
        [("language", "en")],
        [("product", "k2")],
        [("topic", "battery")],
        [("since", "2026-01-01")],
    ],
    ids=str,
)
def test_every_number_opens_as_many_rows_as_it_says(library, query):
    checked = 0
    for team in TEAMS:
        page = read_page(team)
        if any(name not in page.filters and name != "brand" for name, _ in query):
            continue
        asked = asked_of(library, page, query if "brand" in page.filters else [], page.filters)
        for tile in page.tiles:
            shown = show_tile(library, page, tile, asked)
            for row in shown.rows:
                for column, cell in zip(shown.columns, row, strict=True):
                    if not (column.opens and cell.href):
                        continue
                    drill = page.drills[column.opens.to]
                    behind = asked_of(
                        library,
                        page,
                        parse_qsl(urlsplit(cell.href).query),
                        page.views[drill.view].conditions,
                    )
                    rows = count_rows(library, page, column.opens.to, drill, behind)
                    if column.opens.equals == "rows":
                        assert rows == cell.value, (team, tile.id, column.label, cell.href)
                    assert rows or not cell.value, (team, tile.id, column.label, cell.href)
                    checked += 1
    assert checked > (20 if not query or query[0][0] == "brand" else 0)


@pytest.mark.parametrize("team", TEAMS)
def test_every_number_of_the_rows_behind_opens_as_many_rows_as_it_says(library, team):
    page = read_page(team)
    checked = 0
    for name, drill in page.drills.items():
        if not any(column.opens for column in drill.columns.values()):
            continue
        conditions = page.views[drill.view].conditions
        asked = asked_of(library, page, [("since", "2026-01-01")], conditions)
        for row in show_rows(library, page, name, drill, asked, 1).rows:
            for column, cell in zip(drill.columns.values(), row, strict=True):
                if not (column.opens and cell.href):
                    continue
                further = page.drills[column.opens.to]
                query = parse_qsl(urlsplit(cell.href).query)
                behind = asked_of(library, page, query, page.views[further.view].conditions)
                rows = count_rows(library, page, column.opens.to, further, behind)
                if column.opens.equals == "rows":
                    assert rows == cell.value, (name, column.label, cell.href)
                assert rows, (name, column.label, cell.href)
                checked += 1
    assert checked > (1 if team in {"executive", "investor", "hr"} else -1)


@pytest.mark.parametrize("team", TEAMS)
def test_a_number_of_every_team_leads_to_a_mention(desk, team):
    client = enter(desk, team)
    front = [f"/{team}?since=2026-01-01"]
    seen: set[str] = set()
    while front:
        path = front.pop(0)
        if re.match(rf"/{team}/mention/", path):
            assert client.get(path).status_code == 200
            return
        kind = path.partition("?")[0]
        if path in seen or sum(each.partition("?")[0] == kind for each in seen) > 2:
            continue
        seen.add(path)
        links = [unescape(link) for link in re.findall(r'href="([^"]+)"', client.get(path).text)]
        front += [link for link in links if re.match(rf"/{team}/(rows|mention)/", link)]
    pytest.fail(f"no number of {team} leads to a mention: {sorted(seen)}")


def test_rows_from_before_the_file_holds_mentions_say_so(desk):
    client = enter(desk, "product")
    told = "Mentions from before 2026-"
    assert told not in client.get("/product/rows/mentions?since=2026-10-20").text
    assert told in client.get("/product/rows/mentions?since=2020-01-01").text


@pytest.mark.parametrize("team", TEAMS)
def test_every_number_opens_something_or_stands_beside_its_mention(team):
    for tile in read_page(team).tiles:
        if any(column.form == "mention" for column in tile.columns.values()):
            continue
        for name, column in tile.columns.items():
            is_number = column.form in {"count", "number", "share", "signed_share", "seconds"}
            assert column.opens or not is_number, (tile.id, name)


@pytest.mark.parametrize("team", TEAMS)
def test_every_link_of_a_page_leads_somewhere(desk, team):
    client = enter(desk, team)
    seen: set[str] = set()
    front = [f"/{team}"]
    while front:
        path = front.pop()
        kind = re.sub(r"[?].*|[0-9a-f]{8,}.*", "", path)
        if path in seen or sum(each.startswith(kind) for each in seen) > 3:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[-500:])
        if "text/html" in answer.headers["content-type"]:
            links = [unescape(link) for link in re.findall(r'href="([^"]+)"', answer.text)]
            front += [link for link in links if link.startswith(f"/{team}")]
    assert len(seen) > 5


def test_a_number_opens_mentions_and_a_mention_says_all(desk):
    client = enter(desk, "product")
    page = client.get("/product").text
    rows = unescape(part_of(page, r'href="(/product/rows/mentions[^"]+)"'))
    mention = unescape(part_of(client.get(rows).text, r'href="(/product/mention/[^"]+)"'))
    text = client.get(mention).text
    for heading in ("What was understood", "How it fared", "The conversation"):
        assert heading in text


def test_a_mention_marks_what_it_is_about_and_where(desk, root):
    with duckdb.connect(root.published / "legal.duckdb") as connection:
        ((mention_id,),) = connection.execute(
            "SELECT mention_id FROM mention ORDER BY mention_id LIMIT 1"
        ).fetchall()
        connection.execute(
            "UPDATE mention SET text = 'Weiß 🫖 kettle burns', spans = [{'start': 7, 'end': 13,"
            " 'kind': 'target', 'name': 'acme/k2'}, {'start': 14, 'end': 99, 'kind': 'flag',"
            " 'name': 'safety'}] WHERE mention_id = ?",
            [mention_id],
        )
    text = enter(desk, "legal").get(f"/legal/mention/{mention_id}").text
    assert "Weiß 🫖 <mark" in text
    assert re.search(r'<mark class="is-target" title="about acme/k2">kettle<', text)
    assert re.search(r'<mark class="is-flag" title="suspicion safety">burns<', text)


@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_view_is_a_file(desk, library, team, form):
    client, page = enter(desk, team), read_page(team)
    asked = asked_of(library, page, [], page.filters)
    for name in [*(tile.id for tile in page.tiles), *page.drills]:
        heeded = page.views[(page.tile(name) or page.drills[name]).view].conditions
        answer = client.get(asked.only(heeded).link(f"/{team}/export/{name}.{form}"))
        assert answer.status_code == 200, (name, answer.text[-300:])
        assert f'filename="{team}-{name}.{form}"' in answer.headers["content-disposition"]
        if form == "parquet":
            rows = pq.read_table(io.BytesIO(answer.content)).num_rows
        else:
            rows = len(list(csv.reader(io.StringIO(answer.text)))) - 1
        if name in page.drills:
            values = asked.only(page.views[page.drills[name].view].conditions)
            assert rows == count_rows(library, page, name, page.drills[name], values)


@pytest.mark.parametrize("team", TEAMS)
def test_an_empty_world_is_said_in_words(desk, root, team):
    empty(root)
    client, page = enter(desk, team), read_page(team)
    answer = client.get(f"/{team}")
    assert answer.status_code == 200
    assert "Nothing was heard yet" in answer.text
    assert "data-spec" not in answer.text, "no frame without a mark in it"
    assert "no business hours" not in answer.text, "a reason that is not known to be one"
    assert "gives no followers" not in answer.text
    assert "None" not in re.sub(r"<[^>]+>", "", answer.text).replace("None ", "")
    for name in page.drills:
        assert "No rows" in client.get(f"/{team}/rows/{name}").text


def test_old_files_are_said_to_be_old(desk, monkeypatch):
    assert "Old numbers" not in enter(desk, "product").get("/product").text
    monkeypatch.setenv("LISTENING_NOW", "2026-11-01T12:00:00Z")
    text = enter(desk, "product").get("/product").text
    assert "Old numbers" in text
    assert "48 h 0 min ago" in text or "2.0 days ago" in text


def test_what_was_heard_in_part_is_named(desk, root):
    for connection in files(root):
        connection.execute("DELETE FROM coverage")
        connection.execute(
            "INSERT INTO coverage (batch_id, stream, source, target, state, since, until, reason)"
            " VALUES ('b', 's', 'hackernews', 'kettle', 'capped', '2026-10-20', '2026-10-21',"
            " 'more than 1000 hits'), ('c', 's', 'rss', 'x', 'complete', '2026-10-20',"
            " '2026-10-21', '')"
        )
    client = enter(desk, "product")
    text = " ".join(client.get("/product").text.split())
    assert "Heard only in part:" in text
    assert "hackernews (kettle): only up to the source&#39;s limit, more than 1000 hits" in text
    later = client.get("/product?since=2026-10-25").text
    assert "Every source was heard whole" in later


@pytest.mark.parametrize("value", ["' OR 1=1 --", "x') OR (1=1", "$brand", "__where__", "%"])
def test_a_filter_is_a_value_and_never_sql(desk, value):
    client = enter(desk, "product")
    answer = client.get("/product/rows/mentions", params={"channel": value})
    assert answer.status_code == 200
    assert "0 rows" in answer.text


@pytest.mark.parametrize(
    "query",
    ["nothing=1", "since=2026-13-01", "since=0001-01-01", "since=2026-10-02&until=2026-10-01",
     "channel=" + "x" * 300, "team=legal", "channel=%00"],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(desk, query):
    answer = enter(desk, "product").get(f"/product?{query}")
    assert answer.status_code == 400
    assert "That cannot be asked" in answer.text


def test_people_are_named_to_legal_and_care_only(desk):
    for team in TEAMS:
        client, page = enter(desk, team), read_page(team)
        texts = [client.get(f"/{team}?since=2026-01-01").text]
        texts += [client.get(f"/{team}/rows/{name}?since=2026-01-01").text for name in page.drills]
        named = any(CANARY in text for text in texts)
        assert not named or team in {"legal", "care"}, team


def test_a_cell_of_a_csv_is_no_formula(desk, root):
    with duckdb.connect(root.published / "product.duckdb") as connection:
        connection.execute("UPDATE feedback_mention SET title = '=1+1', channel = ' @SUM(A1)'")
    text = enter(desk, "product").get("/product/export/mentions.csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["said"] for row in rows} == {"'=1+1"}
    assert {row["channel"] for row in rows} == {"' @SUM(A1)"}


@pytest.mark.parametrize(
    ("team", "table"),
    [
        ("product", "feedback_mention"),
        ("pr", "voice"),
        ("care", "response"),
        ("legal", "flag_open"),
    ],
)
def test_a_filter_of_a_page_reads_the_table_it_counts(root, team, table):
    """A million ids joined to ask for one language took half a second (2026-11-22)."""
    for view in read_page(team).views.values():
        if view is not read_page(team).views.get("waiting"):
            assert not any("FROM mention" in told for told in view.conditions.values())
    with duckdb.connect(root.published / f"{team}.duckdb", read_only=True) as connection:
        ((unlike, known),) = connection.execute(
            "SELECT count(*) FILTER ((one.language, one.region) IS DISTINCT FROM"  # noqa: S608
            " (mention.language, mention.region)), count(one.language)"
            f" FROM {table} AS one JOIN mention USING (mention_id)"
        ).fetchall()
    assert not unlike
    assert known
