"""Hacker News: stories and comments that a query finds, from Algolia's search, newest first.

Written from hn.algolia.com/api and github.com/HackerNews/API, and from recorded Firebase
items; the search answer is of the documented shape. Read 2026-11. No account, no key.

A search reaches about 1,000 hits (unverified), so a wider window is halved by time. Typos are
switched off: with them "nodejs" finds "nodes". The search knows no deletions; what it no
longer serves is asked at Firebase, and only `deleted` counts, for `dead` can come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from listening.contract import BrandFile, Item, Page
from listening.query.search import search_texts
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone, hear
from listening.sources._hackernews import search_windows
from listening.sources._queries import IMPLIED, names_of, queries_for
from listening.sources._read import api_target, host_of, page_of
from listening.sources.shape.hackernews import read_counts

ALGOLIA: Final = "https://hn.algolia.com"
FIREBASE: Final = "https://hacker-news.firebaseio.com"


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
            yield page_of("hackernews", where, [item], lambda one: read_counts(one, seen), "id")


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
    yield from hear(look, lambda text: search_windows(look, text), lambda one: _again(look, one))


def _again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a deletion where Firebase calls an item deleted."""
    if (_item(look, native_id) or {}).get("deleted") is True:
        yield from gone(look, "hackernews", [native_id])


def _item(look: Look, native_id: str) -> Mapping[str, Any] | None:
    """Return an item as Firebase has it, which serves `null` for one it does not know."""
    item = look.http.get_json(f"{look.settings['items_base_url']}/v0/item/{native_id}.json")
    return item if isinstance(item, Mapping) else None
