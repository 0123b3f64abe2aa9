"""Each role sees its page and no other, does its work, and the result is in the tables."""

from __future__ import annotations

import shutil
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from desk.alert.state import ALERT, open_state
from desk.web.board import BOARDS
from listening.contract import TEAMS
from tests.desk.browser.conftest import Desk, sign_in
from tests.desk.work.test_alert_page import fill
from tests.warehouse.models.month import BRANDS, at

pytestmark = pytest.mark.slow


def do(page: Page, path: str, move: str, **fields: str) -> None:
    """Do one thing with one thing."""
    page.goto(path)
    page.get_by_label(move, exact=True).check()
    for name, value in fields.items():
        page.locator(f"#f-{name}").fill(value)
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("status")).to_contain_text("Done")


def test_each_role_sees_its_page_and_is_refused_the_others(desk: Desk) -> None:
    for team in TEAMS:
        context = desk.context()
        page = context.new_page()
        sign_in(page, team)
        assert page.url == f"{desk.url}/{team}"
        expect(page.locator("h1")).to_be_visible()
        for other in (each for each in TEAMS if each != team):
            for path in (f"/{other}", f"/{other}/alerts", f"/{other}/mention/fake"):
                assert context.request.get(path).status == 403, path
        for board in BOARDS:
            answer = context.request.get(f"/{board.team}/board/{board.name}")
            assert answer.status == (200 if board.team == team else 403), board.name
        page.goto("/audit")
        expect(page.locator("h1")).to_have_text("Not for you")
        context.close()
    assert desk.wrong == []


def test_from_a_number_to_a_mention_and_back(desk: Desk) -> None:
    """As each role: by a click on a number, on a row, and back."""
    for team in TEAMS:
        context = desk.context(team)
        page = context.new_page()
        page.goto(f"/{team}?since=2026-01-01")
        numbers = page.locator("main a[href*='/rows/']")
        links = numbers.evaluate_all("found => found.map(each => each.getAttribute('href'))")
        told = [link for link in links if "/mention/" in context.request.get(link).text()]
        assert told, f"no number of {team} opens mentions"
        numbers.nth(links.index(told[0])).click()
        rows = page.url
        assert f"/{team}/rows/" in rows
        page.locator("th.is-mention a, td.is-mention a").first.click()
        expect(page.locator("blockquote").first).to_be_visible()
        page.go_back()
        assert page.url == rows
        page.get_by_label("Where you are").get_by_role("link").first.click()
        expect(page.locator("main a[href*='/rows/']").first).to_be_visible()
        context.close()
    assert desk.wrong == []


def test_two_at_one_thing_the_second_sees_who_was_first(desk: Desk) -> None:
    """And what the second wrote is still in the form."""
    one, two = desk.context("care").new_page(), desk.context("care.two").new_page()
    path = "/care/board/join/loud-4?of=acme"
    two.goto(path)
    do(one, path, "I take it")
    two.get_by_label("Better not", exact=True).check()
    two.locator("#f-note").fill("Let them talk.")
    two.get_by_role("button", name="Do it").click()
    expect(two.get_by_role("alert")).to_contain_text("care was first")
    assert two.locator("#f-note").input_value() == "Let them talk."
    two.get_by_role("button", name="Do it").click()
    expect(two.get_by_role("status")).to_contain_text("Done, by care.two")
    expect(two.locator(".history")).to_contain_text("Let them talk.")
    one.context.close()
    two.context.close()
    assert desk.wrong == []


def test_a_form_works_without_javascript_and_says_what_is_wrong_beside_the_field(
    desk: Desk,
) -> None:
    context = desk.context("legal", java_script_enabled=False)
    page = context.new_page()
    page.goto("/legal/board/cases/new")
    page.get_by_role("button", name="Open a case").click()
    expect(page.locator("#f-title")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#e-title")).to_have_text("This is needed.")
    page.locator("#f-title").fill("Copies of the kettle")
    page.get_by_role("button", name="Open a case").click()
    expect(page.locator("h1")).to_have_text("Copies of the kettle")
    context.close()


def test_the_keyboard_is_enough(desk: Desk) -> None:
    """From the list to the deed: tab, arrows, enter."""
    context = desk.context("marketing")
    page = context.new_page()
    page.goto("/marketing/board/experiments")
    page.get_by_role("link", name="Emoji").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/experiments/emoji*")
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.locator("#f-note").focus()
    page.keyboard.type("It worked in Bonn, too")
    page.get_by_role("button", name="Do it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Done")
    expect(page.locator(".history")).to_contain_text("Bonn")
    context.close()
    assert desk.wrong == []


def test_what_is_done_is_in_the_tables(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every team does its work; after sealing, load, models and publish its tables say so."""
    _work(desk)
    monkeypatch.setenv("LISTENING_NOW", at(30, 13).isoformat())
    _load(desk)
    found = (
        "SELECT count(*) FROM mention WHERE len(list_filter(labels, x -> x.tagger = 'flag')) > 0"
    )
    held = "SELECT count(*) FROM mention WHERE mention_id = 'dox'"
    assert _ask(desk, "legal", found) == [(2,)]
    for team in ("product", "pr"):
        assert _ask(desk, team, held) == [(1,)]
        assert _ask(desk, team, found) == [(0,)], "what legal found is legal's"
    asked = {
        "care": "SELECT status, owner, note FROM triage WHERE mention_id = 'holiday'",
        "product": "SELECT status, title FROM recommendation WHERE title = 'A lid that holds'",
        "legal": "SELECT confirmed, state, case_id FROM flag_open WHERE mention_id = 'dox'",
        "marketing": "SELECT name, verdict FROM best_practice WHERE name = 'Caps'",
    }
    assert {team: _ask(desk, team, sql) for team, sql in asked.items()} == {
        "care": [("taken", "bob", "knows lids")],
        "product": [("accepted", "A lid that holds")],
        "legal": [(True, "in_case", "c7")],
        "marketing": [("Caps", "undecided")],
    }
    told = "SELECT subject, action, outcome, reply_url FROM care_decision WHERE action = 'join'"
    assert _ask(desk, "care", told) == [
        ("engage", "join", "thanked us", "https://social.example/p/our-word")
    ]
    told = "SELECT alert_id, rule_id, action, actor FROM alert_act"
    assert _ask(desk, "pr", told) == [("a-1", "up", "ack", "pr")]
    assert _ask(desk, "product", told) == []
    gone = "SELECT count(*) FROM join_candidate WHERE mention_id = 'leak-4'"
    assert _ask(desk, "care", gone) == [(0,)]
    said = "SELECT region, note FROM best_practice_comment WHERE actor = 'marketing'"
    assert ("fr", "not with us") in _ask(desk, "marketing", said)
    said = "SELECT verdict, lesson, notes, adopted_in FROM best_practice WHERE name = 'Mornings'"
    assert _ask(desk, "marketing", said) == [
        ("untested", "Answer before noon", ["not on Sundays"], ["de"])
    ]
    said = "SELECT sentiment, topic_ids, corrected FROM feedback_mention"
    said += " WHERE mention_id = 'leak-0'"
    assert _ask(desk, "product", said) == [("positive", ["leak", "price"], True)]
    page = desk.context("care").new_page()
    page.goto("/care/board/triage")  # the desk reads the new file, too
    expect(page.get_by_role("row").filter(has_text="leaks")).to_contain_text("bob")
    page.context.close()
    assert desk.wrong == []


def _ask(desk: Desk, team: str, sql: str) -> list[Any]:
    """Ask the file that was published: in this process the desk still holds the one before."""
    copy = desk.root.path / f"{team}-copy.duckdb"
    shutil.copyfile(desk.root.published / f"{team}.duckdb", copy)
    with duckdb.connect(copy, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _work(desk: Desk) -> None:
    page = desk.context("care").new_page()
    do(page, "/care/board/triage/holiday?of=acme", "Give it to somebody",
       owner="bob", note="knows lids", due_at="2026-11-02T09:00")  # fmt: skip
    page.locator("#f-note").fill("")
    path = "/care/board/join/leak-4?of=acme"
    do(page, path, "Keep my draft", draft="We are sorry,\nwe send you a new lid.")
    expect(page.locator("#f-draft")).to_have_value("We are sorry,\nwe send you a new lid.")
    do(page, path, "I replied", url="https://social.example/p/our-word", outcome="thanked us")
    page.context.close()

    page = desk.context("product").new_page()
    page.goto("/product/board/recommendations")
    page.get_by_role("link", name="Propose").click()
    page.locator("#f-title").fill("A lid that holds")
    page.locator("#f-brand_id").select_option("acme")
    page.get_by_role("button", name="Propose").click()
    expect(page.locator("h1")).to_have_text("A lid that holds")
    do(page, page.url, "We will do it")
    page.goto("/product/correct/leak-0")
    for right in ("sentiment||positive", "topic|price|yes"):
        page.locator("#f-correction").select_option(right)
        page.get_by_role("button", name="Correct it").click()
        expect(page.get_by_role("status")).to_contain_text("Done")
    page.context.close()

    page = desk.context("marketing").new_page()
    page.goto("/marketing/board/experiments/new")
    for name, value in {
        "name": "Caps", "control_arm": "plain", "treatment_arm": "caps", "starts_on": "2026-10-29",
    }.items():  # fmt: skip
        page.locator(f"#f-{name}").fill(value)
    page.locator("#f-brand_id").select_option("acme")
    page.get_by_role("button", name="Plan an experiment").click()
    expect(page.locator("h1")).to_have_text("Caps")
    do(
        page,
        "/marketing/board/experiments/emoji?of=",
        "Not for us",
        region="fr",
        note="not with us",
    )
    page.goto("/marketing/board/practices/new")
    page.locator("#f-title").fill("Mornings")
    page.locator("#f-brand_id").select_option("acme")
    page.locator("#f-note").fill("Answer before noon")
    page.get_by_role("button", name="Share a practice").click()
    expect(page.locator("h1")).to_have_text("Mornings")
    do(page, page.url, "Say something", region="fr", note="not on Sundays")
    do(page, page.url, "We do so now", region="de", note="")
    page.context.close()

    facts = {"alert_id": "a-1", "owner": "pr", "rule_id": "up", "state": "open"}
    row = fill(ALERT, **facts, title="Up", detail={}, chart=[])
    with open_state(desk.root) as connection, connection.begin():
        connection.execute(sa.insert(ALERT).values(row))
    page = desk.context("pr").new_page()
    do(page, "/pr/alerts/a-1", "I take it")
    page.context.close()

    page = desk.context("legal").new_page()
    path = "/legal/board/review/dox?of=flag/doxxing"
    do(page, path, "It is so", note="an address of a home")
    do(page, path, "Put it into a case", case_id="c7")
    do(page, "/legal/board/cases/c7?of=", "Hold what is in it", basis="a claim is near",
       approver="ada", expires_on="2027-01-31")  # fmt: skip
    page.context.close()


def _load(desk: Desk) -> None:
    from desk.legal.post import post_decisions
    from desk.work.outbox import open_outbox
    from listening.contract import key_id, read_key
    from listening.decide.outbox import seal_outbox
    from tests.warehouse.models.core import Core
    from warehouse.load import load_pending
    from warehouse.model import build_models
    from warehouse.open import open_warehouse
    from warehouse.publish import publish

    with open_warehouse(desk.root) as connection:
        # The month was written into the tables, not loaded: what a load asserts of them lacks.
        core = Core(connection)
        core.add("batch", batch_id="", kind="mention", source="import")
        core.add("pseudonym", key_id=key_id(read_key(desk.root, "pseudonym", create=True)))
        for batch_id in ("", "one", "two"):
            core.add("receipt", batch_id=batch_id)
        connection.exec_driver_sql(
            "INSERT INTO core.mention_version BY NAME SELECT mention_id, content_hash, version_no,"
            " title, text, edited_at, observed_at, author_key, batch_id FROM core.mention"
        )
        connection.commit()
    assert post_decisions(desk.root) >= 3  # of the case: opened, a mention put in, held
    with open_outbox(desk.root) as outbox:
        assert seal_outbox(desk.root, outbox)
    receipts = load_pending(desk.root, BRANDS)
    assert sum(receipt.quarantined for receipt in receipts) == 0
    build_models(desk.root)
    publish(desk.root, BRANDS)
