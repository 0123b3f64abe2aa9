"""Searches GitHub in times that each hold fewer hits than a search reaches.

Its pages are counted. One that begins below the cap is served though it reaches beyond, one that
begins past it is refused (measured in brekkylab/backlot#144, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from listening.contract import Coverage, Page
from listening.sources import Look
from listening.sources._api import stamp
from listening.sources._counted import MOVED, Counted, Window, spanning
from listening.sources._github import SIZE, headers_of
from listening.sources._read import expect
from listening.sources.shape.github import read_page

CAP: Final = 1_000  # hits that a search reaches


def search_all(look: Look) -> Iterator[Page]:
    """Yield what each search finds, touched since the overlap; each time is below the cap."""
    end = look.until or look.started_at
    for text in look.settings["texts"]:
        for kind in ("issue", "pull-request"):
            times = [(look.since, end)]
            while times:
                first, last = times.pop()
                asked = f"{text} is:{kind} updated:{stamp(first)}..{stamp(last)}"
                answer = _ask(look, asked, spanning(0, SIZE))
                middle = first + timedelta(seconds=(last - first).total_seconds() // 2)
                if answer["total_count"] > CAP and first < middle < last:
                    times += [(middle, last), (first, middle)]
                    continue
                yield from _hits(look, asked, answer)


def _hits(look: Look, asked: str, answer: dict[str, Any]) -> Iterator[Page]:
    """Yield the pages of one time, then what was counted; hits may go while they are turned."""
    counted, found = Counted(asked, SIZE), set[str]()
    while window := counted.window:
        if window.start or found:
            answer = _ask(look, asked, window)
        page = read_page(look, answer["items"], asked)
        ids = [item.native_id for item in page.items]
        found |= set(ids)
        more = bool(ids) and window.end < min(answer["total_count"], CAP)
        joined = counted.turn(ids, more)
        if ids:
            yield page if joined else replace(page, coverage=MOVED)
    total = answer["total_count"]
    told = Coverage("complete", expected=max(total, len(found)), got=len(found))
    if total > CAP:
        told = replace(told, state="capped", reason=f"{total} hits in one second")
    elif answer.get("incomplete_results") or len(found) < total:
        reason = f"{total} hits were counted, {len(found)} served"
        told = replace(told, state="partial", reason=reason)
    yield Page((), 0, coverage=told)


def _ask(look: Look, asked: str, window: Window) -> dict[str, Any]:
    url = f"{look.settings['base_url']}/search/issues"
    numbers = {"per_page": window.size, "page": window.page}
    params = {"q": asked, "sort": "updated", "order": "desc", **numbers}
    answer = look.http.get_json(url, params, headers_of(look))
    expect(answer, "total_count", int, url)
    expect(answer, "items", list, url)
    return dict(answer)
