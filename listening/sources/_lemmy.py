"""Walks a search of Lemmy, whose two versions page in different ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from listening.contract import Coverage, Page
from listening.sources import Look
from listening.sources._api import disguised, is_past
from listening.sources._counted import Window, turn_pages
from listening.sources._read import Pager, expect, part
from listening.sources.shape.lemmy import read_page

LIMITS: Final = {b"rate_limit_error": 600.0}  # a search's own, of ten minutes (0.19)
SIZE: Final = 50
TWICE: Final = "a page came twice; what it should have held is read by the next crawl"


def walk(look: Look, text: str, kind: str) -> Iterator[Page]:
    """Yield the pages of one wording, down to the overlap."""
    if look.settings["api"] == "v3":
        asked = {"type_": f"{kind}s".title(), "sort": "New", "q": text}
        yield from turn_pages(look.target.name, SIZE, lambda one: _turn(look, asked, kind, one))
    else:
        yield from _walk_behind(look, {"type_": f"{kind}s", "search_term": text}, kind)


def _turn(
    look: Look, asked: Mapping[str, Any], kind: str, window: Window
) -> tuple[Page, bool | None]:
    url, answer = _search(look, {**asked, "page": window.page, "limit": window.size})
    page = read_page(look, expect(answer, f"{kind}s", list, url), kind, url)
    return page, False if is_past(look, page) else None


def _walk_behind(look: Look, asked: Mapping[str, Any], kind: str) -> Iterator[Page]:
    """Yield the pages of a list that goes on behind an item."""
    pager, behind = Pager(look.target.name), dict[str, str]()
    while True:
        url, answer = _search(look, {**asked, **behind, "limit": SIZE})
        views = expect(answer, f"{kind}s", list, url)
        if not views:
            return
        page = read_page(look, views, kind, url)
        fresh = pager.turn(item.native_id for item in page.items)
        yield page if fresh else replace(page, coverage=Coverage("partial", reason=TWICE))
        more = part(answer, "next_page", str)
        if not more or is_past(look, page):
            return
        behind = {"page_cursor": more}


def _search(look: Look, asked: Mapping[str, Any]) -> tuple[str, Any]:
    return ask_api(look, "search", {**asked, "listing_type": "All"})


def ask_api(look: Look, path: str, asked: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the address asked and its answer; some refusals are limits in disguise."""
    url = f"{look.settings['base_url']}/api/{look.settings['api']}/{path}"
    with disguised(url, LIMITS):
        return url, look.http.get_json(url, asked)
