"""Hacker News: stories and comments that a query finds, from Algolia's search, newest first.

Written from hn.algolia.com/api and github.com/HackerNews/API, and from recorded Firebase
items; the search answer is of the documented shape. Read 2026-11. No account, no key.

A search reaches about 1,000 hits (unverified), so a wider window is halved by time. Typos are
switched off: with them "nodejs" finds "nodes". The search knows no deletions; what it no
longer serves is asked at Firebase, and only `deleted` counts, for `dead` can come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from listening.clean import strip_html
from listening.contract import BrandFile, Coverage, Item, Mention, Page, Snapshot
from listening.query.search import search_texts
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone, hear
from listening.sources._queries import IMPLIED, names_of, queries_for
from listening.sources._read import (
    NOTHING,
    Pager,
    api_target,
    epoch,
    expect,
    field,
    host_of,
    page_of,
    text_id,
    words,
)

ALGOLIA: Final = "https://hn.algolia.com"
FIREBASE: Final = "https://hacker-news.firebaseio.com"
PER_PAGE: Final = 100
CAP: Final = 1000
KNOWN: Final = words(
    """_highlightResult _tags author children comment_text created_at created_at_i job_text
    num_comments objectID options parent_id parts points relevancy_score story_id story_text
    story_title story_url title updated_at url"""
)


class Search(Settings):
    """`sources: {hackernews: {}}`; another server of either API by its address."""

    base_url: str = ALGOLIA
    items_base_url: str | None = None  # Firebase's, or `base_url` where that is another server


def targets(settings: Search, brands: BrandFile) -> list[Target]:
    """Return one target per query that covers Hacker News, else one for the brands' names."""
    default = FIREBASE if settings.base_url == ALGOLIA else settings.base_url
    items = settings.items_base_url or default
    facts, hosts = {"items_base_url": items.rstrip("/")}, (host_of(items),)
    return [
        api_target(name, settings.base_url, {**facts, "texts": list(texts)}, hosts=hosts)
        for name, q in queries_for("hackernews", brands).items()
        for texts in [names_of(brands) if name == IMPLIED else search_texts(q)]  # names as written
    ]


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield what Firebase counts of one item; it knows no points of comments."""
    where, seen = look.settings["items_base_url"], look.started_at
    for native_id in ids:
        item = _item(look, native_id)
        if item is not None and item.get("deleted") is True:
            yield Page(gone(look, "hackernews", [native_id]), 1)
        elif item is not None:
            yield page_of("hackernews", where, [item], lambda one: _snapshot(one, seen), "id")


def _snapshot(item: Any, seen: datetime) -> Snapshot:
    # A story nobody has answered may lack `descendants`; a comment has its direct answers.
    is_comment = field(item, "type", str) == "comment"
    return Snapshot(
        source="hackernews",
        native_id=str(field(item, "id", int)),
        observed_at=seen,
        likes=None if is_comment else field(item, "score", int),
        comments=len(item.get("kids", ())) if is_comment else item.get("descendants", 0),
    )


@source(
    name="hackernews",
    relation="off_channel",
    hosts=("hn.algolia.com", "hacker-news.firebaseio.com"),
    auth="none",
    blind_to="Answers that do not use the words; edits older than a week; points of comments; "
    "more than 1,000 hits in one second",
    verified="recorded",
    settings=Search,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=7),
    recount=recount,
    slice=timedelta(days=30),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the hits of every wording, then what was deleted; the cursor moves at the end."""
    yield from hear(look, lambda text: _windows(look, text), lambda one: _again(look, one))


def _again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a deletion where Firebase calls an item deleted."""
    if (_item(look, native_id) or {}).get("deleted") is True:
        yield from gone(look, "hackernews", [native_id])


def _windows(look: Look, text: str) -> Iterator[Page]:
    """Yield the hits of one wording: one window of time, halved until each is below the cap."""
    end = int(look.until.timestamp()) if look.until else None
    windows: list[tuple[int, int | None]] = [(int(look.since.timestamp()) - 1, end)]
    while windows:
        after, until = windows.pop()
        first = _ask(look, text, after, until, 0)
        top = until or max(map(_created, first["hits"]), default=0)
        middle = (after + top) // 2
        if _over(first) and after < middle < top:
            yield _page(look, first)
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
    """Yield the pages of a window, once more where items came or went meanwhile."""
    for _ in range(2):
        yield _page(look, first)
        pager = Pager(look.settings["base_url"])
        pager.turn(text_id(hit, "objectID") for hit in first["hits"])
        shifted = False
        for number in range(1, first["nbPages"]):
            answer = _ask(look, text, *window, number)
            pager.turn(text_id(hit, "objectID") for hit in answer["hits"])
            shifted = shifted or answer["nbHits"] != first["nbHits"]
            yield _page(look, answer)
        if not shifted:
            return
        first = _ask(look, text, *window, 0)


def _created(hit: Any) -> int:
    moment = hit.get("created_at_i") if isinstance(hit, Mapping) else None
    return moment if isinstance(moment, int) else 0


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


def _page(look: Look, answer: Mapping[str, Any]) -> Page:
    where, seen = look.settings["base_url"], look.started_at
    return page_of(
        "hackernews", where, answer["hits"], lambda hit: _mention(hit, seen), "objectID", KNOWN
    )


def _mention(hit: Any, seen: datetime) -> Mention:
    tags = field(hit, "_tags", list)
    is_comment = "comment" in tags
    native_id, story = field(hit, "objectID", str), str(field(hit, "story_id", int, NOTHING))
    created = epoch(field(hit, "created_at_i", int), "created_at_i")
    text = strip_html(
        field(hit, "comment_text", str) if is_comment else hit.get("story_text") or ""
    )
    link = "" if is_comment else hit.get("url") or ""  # what a story points at, it also says
    return Mention(
        source="hackernews",
        native_id=native_id,
        text="\n".join(part for part in (text, link) if part),
        title="" if is_comment else strip_html(field(hit, "title", str)),
        url=f"https://news.ycombinator.com/item?id={native_id}",
        author=field(hit, "author", str),
        published_at=created,
        observed_at=seen,
        kind="comment" if is_comment else "post",
        channel="hackernews",
        parent_native_id=str(field(hit, "parent_id", int)) if is_comment else "",
        thread_native_id=story if story != "None" else native_id,
        likes=None if is_comment else field(hit, "points", int, NOTHING),
        comments=None if is_comment else field(hit, "num_comments", int, NOTHING),
    )


def _item(look: Look, native_id: str) -> Mapping[str, Any] | None:
    """Return an item as Firebase has it, which serves `null` for one it does not know."""
    item = look.http.get_json(f"{look.settings['items_base_url']}/v0/item/{native_id}.json")
    return item if isinstance(item, Mapping) else None
