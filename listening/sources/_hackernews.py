"""Searches Algolia in windows of time, each below the search's cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from listening.contract import Coverage, Page
from listening.sources import Look
from listening.sources._counted import MOVED
from listening.sources._read import Pager, expect, text_id
from listening.sources.shape.hackernews import created_of, read_page

PER_PAGE: Final = 100
CAP: Final = 1000
TURNS: Final = 2


def search_windows(look: Look, text: str) -> Iterator[Page]:
    """Yield the hits of one wording: one window of time, halved until each is below the cap."""
    end = int(look.until.timestamp()) if look.until else None
    windows: list[tuple[int, int | None]] = [(int(look.since.timestamp()) - 1, end)]
    while windows:
        after, until = windows.pop()
        first = _ask(look, text, after, until, 0)
        top = until or max(map(created_of, first["hits"]), default=0)
        middle = (after + top) // 2
        if _over(first) and after < middle < top:
            yield read_page(look, first)
            windows += [(middle, until), (after, middle)]
            continue
        found: set[str] = set()
        for page in _whole(look, text, (after, until), first):
            found |= {item.native_id for item in page.items}
            yield page
        yield Page((), 0, coverage=_counted(first, len(found)))


def _counted(first: Mapping[str, Any], got: int) -> Coverage:
    """Compare what the search counted with what it served."""
    expected = int(first["nbHits"])
    if _over(first):
        reason = f"{expected} hits in one second are more than a search reaches"
        return Coverage("capped", expected=expected, got=got, reason=reason)
    if got < expected and first.get("exhaustiveNbHits") is not False:
        reason = f"the search counted {expected} hits and served {got}"
        return Coverage("partial", expected=expected, got=got, reason=reason)
    return Coverage("complete", expected=expected, got=got)


def _whole(
    look: Look, text: str, window: tuple[int, int | None], first: Mapping[str, Any]
) -> Iterator[Page]:
    """Yield the pages of a window, once more where items came or went meanwhile.

    Where they did in both turns, an item may have slipped a page in each: the last page says so.
    """
    for turn in range(TURNS):
        first = _ask(look, text, *window, 0) if turn else first
        yield read_page(look, first)
        pager = Pager(look.settings["base_url"])
        pager.turn(text_id(hit, "objectID") for hit in first["hits"])
        moved = False
        for number in range(1, first["nbPages"]):
            answer = _ask(look, text, *window, number)
            pager.turn(text_id(hit, "objectID") for hit in answer["hits"])
            moved = moved or answer["nbHits"] != first["nbHits"]
            yield read_page(look, answer)
        if not moved:
            return
    yield Page((), 0, coverage=MOVED)


def _over(answer: Mapping[str, Any]) -> bool:
    """Tell whether a search finds more than it will serve."""
    size = answer.get("hitsPerPage")
    reach = int(answer["nbPages"]) * (size if isinstance(size, int) else PER_PAGE)
    return int(answer["nbHits"]) > min(CAP, reach)


def _ask(look: Look, text: str, after: int, until: int | None, page: int) -> dict[str, Any]:
    bounds = [f"created_at_i>{after}", *([f"created_at_i<={until}"] if until else [])]
    url = f"{look.settings['base_url']}/api/v1/search_by_date"
    answer = look.http.get_json(
        url,
        {
            "query": f'"{text}"' if " " in text else text,
            "tags": "(story,comment)",
            "numericFilters": ",".join(bounds),
            "typoTolerance": "false",
            "hitsPerPage": PER_PAGE,
            "page": page,
        },
    )
    for name in ("nbHits", "nbPages"):
        expect(answer, name, int, url)
    expect(answer, "hits", list, url)
    return dict(answer)
