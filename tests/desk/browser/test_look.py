"""Every page of every role: nothing hostile lives on it, and everybody can read and use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from desk.web.board import BOARDS
from listening.contract import TEAMS
from tests.desk.browser.conftest import Desk

pytestmark = pytest.mark.slow
WIDTHS = (375, 768, 1280)
ALIVE = """() => [...document.querySelectorAll('*')].filter(each =>
    ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'STYLE', 'VIDEO', 'AUDIO', 'MARQUEE', 'MATH', 'IMG']
        .includes(each.tagName.toUpperCase())
    || (each.tagName === 'SCRIPT' && !each.src.startsWith(location.origin + '/'))
    || [...each.attributes].some(one => one.name.startsWith('on')
        || /^\\s*(javascript|data|vbscript):/i.test(one.value)
            && ['href', 'src', 'action', 'formaction', 'xlink:href'].includes(one.name))
).map(each => each.outerHTML.slice(0, 200))"""


def paths(page: Page, team: str) -> Iterator[str]:
    """Return one page of each kind that a team has: its own, rows, a mention, boards, forms."""
    yield f"/{team}"
    page.goto(f"/{team}")
    rows = page.locator("main a[href*='/rows/']").all()
    if rows:
        first = rows[0].get_attribute("href") or ""
        yield first
        page.goto(first)
        mentions = page.locator("main a[href*='/mention/']").all()
        if mentions:
            mention = mentions[0].get_attribute("href") or ""
            yield mention
            yield "/{}/correct/{}".format(team, mention.split("/")[3].split("?")[0])
    yield f"/{team}/alerts"
    for board in BOARDS:
        if board.team != team:
            continue
        start = f"/{team}/board/{board.name}"
        yield start
        page.goto(start)
        things = page.locator("th.is-mention a").all()
        if things:
            yield things[0].get_attribute("href") or ""
        if board.fresh:
            yield f"{start}/new"


def test_no_hostile_text_lives_on_any_page(hostile: Desk) -> None:
    """No tag, no dialog, no request to elsewhere, nothing for the console to complain of."""
    seen = 0
    for team in TEAMS:
        context = hostile.context(team)
        page, looker = context.new_page(), context.new_page()
        for path in paths(looker, team):
            page.goto(path)
            assert page.evaluate(ALIVE) == [], path
            assert page.evaluate("typeof window.boom") == "undefined"
            seen += 1
        context.close()
    assert seen > 3 * len(TEAMS)
    assert hostile.wrong == []


def test_axe_finds_nothing_serious(desk: Desk) -> None:
    """On no page, on the teams' own at any width; and no page is wider than the screen.

    What differs in the dark is its colours.
    """
    axe, found = Axe(), []
    for team in TEAMS:
        light, dark = desk.context(team), desk.context(team, color_scheme="dark")
        page, night, looker = light.new_page(), dark.new_page(), light.new_page()
        for path in paths(looker, team):
            page.goto(path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    found.append(f"{path} at {width}: {wide} wide")
                if width == WIDTHS[0] or path == f"/{team}":
                    found += [f"{path} at {width}: {what}" for what in serious(axe.run(page))]
            night.goto(path)
            colours = axe.run(night, options={"runOnly": ["color-contrast"]})
            found += [f"{path} in the dark: {what}" for what in serious(colours)]
        light.close()
        dark.close()
    assert found == []
    assert desk.wrong == []


def serious(results: AxeResults) -> Iterator[str]:
    """Return what axe calls serious or critical, with the first place of each."""
    for one in results.response["violations"]:
        if one["impact"] in ("serious", "critical"):
            yield f"{one['id']}: {one['nodes'][0]['html'][:120]}"
