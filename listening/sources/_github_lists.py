"""Turns the lists of a repository: its issues, with pull requests among them, and comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from listening.contract import Item, Page
from listening.net.answer import GoneError, Response, conditions, read_json
from listening.sources import Look
from listening.sources._api import Heard, gone, stamp
from listening.sources._counted import MOVED, Counted, Window
from listening.sources._github import SIZE, headers_of
from listening.sources._read import Pager, expect_list
from listening.sources.shape.github import id_of, read_page

LISTS: Final = ("issues", "issues/comments")


def list_all(look: Look, heard: Heard, tags: dict[str, Any]) -> Iterator[Page]:
    """Yield the pages of a repository's lists, the latest touched first."""
    repo = look.settings["repo"]
    for kind in LISTS:
        known = {one for one in look.recent(look.since) if one.startswith(f"{repo}/{kind}/")}
        if kind == "issues":
            known = {one for one in known if "/comments/" not in one}
        asked = {"since": stamp(look.since), "sort": "updated", "direction": "desc"}
        asked |= {"per_page": str(SIZE), **({"state": "all"} if kind == "issues" else {})}
        url = f"{look.settings['base_url']}/repos/{repo}/{kind}"
        before = tags.get(kind, {})
        tag = before.get("tag") if before.get("since") == asked["since"] else None
        for number, (response, page) in enumerate(turn_list(look, url, asked, tag)):
            if page is None:
                heard.add(known)
                break
            if number == 0:
                tags[kind] = {"since": asked["since"], "tag": response.headers.get("ETag")}
            if page.items:
                yield page


def turn_list(
    look: Look, url: str, asked: Mapping[str, str], tag: str | None
) -> Iterator[tuple[Response, Page | None]]:
    """Yield the pages of a list; None for one that did not change since it had this tag.

    The next page of issues is linked behind an item (`after`), for GitHub refuses the hundredth by
    number (google/go-github#3565, read 2026-11). Pages that are linked by number are counted.
    """
    counted, pager, behind = Counted(url, SIZE), Pager(url), ""
    headers = headers_of(look) | conditions({"etag": tag})
    while behind or counted.window:
        window = counted.window or Window(1, SIZE)
        numbers = {"per_page": str(window.size), "page": str(window.page)}
        numbers = numbers if window.start else {}  # the first as ever: older batches are read again
        params = {} if behind else {**asked, **numbers}
        response = look.http.get(behind or url, params, headers)
        if response.unchanged:
            yield response, None
            return
        raws = expect_list(read_json(response), response.url, "the list")
        page, following = read_page(look, raws, response.url), response.link("next") or ""
        ids, joined = [item.native_id for item in page.items], True
        if behind or "after=" in following:
            pager.turn(ids)
            counted.window, behind = None, following
        else:
            joined = counted.turn(ids, bool(following))
        yield response, page if joined else replace(page, coverage=MOVED)
        headers = headers_of(look)


def read_again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield an issue or comment as it stands now; what moved to another path is gone from here."""
    url = f"{look.settings['base_url']}/repos/{native_id}"
    try:
        raw = look.http.get_json(url, headers=headers_of(look))
    except GoneError:
        yield from gone(look, "github", [native_id])
        return
    if id_of(raw) not in ("", native_id):  # transferred: it goes on there, under another id
        yield from gone(look, "github", [native_id])
    else:
        yield from read_page(look, [raw], url).items
