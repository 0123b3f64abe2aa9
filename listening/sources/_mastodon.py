"""Asks a server of the Mastodon API: timelines, a search, one status, its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from listening.clean import strip_html
from listening.contract import Item, Mention, Page
from listening.net.answer import GoneError, Response, read_json
from listening.sources import Look
from listening.sources._api import bearer, gone, is_past, one_by_one
from listening.sources._counted import Window, turn_pages
from listening.sources._read import Pager, expect_list, field, instant
from listening.sources.shape.mastodon import images_of, read_page

LIMIT: Final = 40


def history(look: Look, edited: Mention) -> Iterator[Mention]:
    """Yield a status's contents, the first one first (methods/statuses#history)."""
    native_id = quote(edited.native_id, safe="")
    url = f"{look.settings['base_url']}/api/v1/statuses/{native_id}/history"
    for version in expect_list(look.http.get_json(url, headers=headers_of(look)), url, "history"):
        moment = instant(field(version, "created_at", str), "created_at")
        spoiler = field(version, "spoiler_text", str)
        text = strip_html(field(version, "content", str))
        yield replace(
            edited,
            text=f"{spoiler}\n{text}" if spoiler else text,
            edited_at=moment if moment > edited.published_at else None,
            likes=None, shares=None, comments=None, images=images_of(version),
        )  # fmt: skip


def turn_back(look: Look, first: str) -> Iterator[Page]:
    """Yield pages, newest first, until one lies wholly before the overlap."""
    url: str | None = first
    pager = Pager(look.settings["base_url"])
    while url:
        response, statuses = look.http.fetch(url, _read, headers=headers_of(look))
        if not statuses:
            return
        page = read_page(look, statuses, url)
        pager.turn(item.native_id for item in page.items)
        yield page
        url = None if is_past(look, page) else response.link("next")


def search(look: Look, text: str) -> Iterator[Page]:
    """Yield what a search finds, newest first (unverified), back to the overlap."""
    url = f"{look.settings['base_url']}/api/v2/search"
    asked = {"q": text, "type": "statuses", "resolve": "false"}  # true: it would ask other servers

    def turn(window: Window) -> tuple[Page, bool | None]:
        numbers = {"limit": str(window.size), "offset": str(window.start)}
        _, statuses = look.http.fetch(url, _read, params=asked | numbers, headers=headers_of(look))
        page = read_page(look, statuses, url)
        return page, False if is_past(look, page) else None

    yield from turn_pages(text, LIMIT, turn)


def headers_of(look: Look) -> dict[str, str]:
    """Return the header of the token, where there is one."""
    return bearer(look.settings["connection"])


def _read(response: Response) -> tuple[Response, list[Any]]:
    answer = read_json(response)
    listed = answer.get("statuses") if isinstance(answer, Mapping) else answer
    return response, expect_list(listed, response.url, "the timeline")


def read_again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a status by its id: it may have lost its hashtag, or be hidden, or be gone."""
    url = f"{look.settings['base_url']}/api/v1/statuses/{quote(native_id, safe='')}"
    try:
        status = look.http.get_json(url, headers=headers_of(look))
    except GoneError:
        yield from gone(look, "mastodon", [native_id])
    else:
        yield from read_page(look, [status], url).items


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each status as it stands now: many at once, and singly what is missing then."""
    url = f"{look.settings['base_url']}/api/v1/statuses"
    served = set[str]()
    try:
        statuses = expect_list(
            look.http.get_json(url, {"id[]": list(ids)}, headers_of(look)), url, "the answer"
        )
    except GoneError:  # a server older than Mastodon 4.3
        statuses = []
    if statuses:
        page = read_page(look, statuses, url)
        served |= {item.native_id for item in page.items}
        yield page
    yield from one_by_one((one for one in ids if one not in served), partial(read_again, look))
