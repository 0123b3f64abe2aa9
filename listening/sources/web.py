"""Web sites: the pages that a site's own sitemap lists, read as robots.txt allows.

Written from RFC 9309 (robots.txt), sitemaps.org/protocol.html, schema.org/Article and W3C
TDMRep, read 2026-11; tested on documented shapes.

A page is read when the sitemap lists it for the first time or with a newer `lastmod`; the
cursor holds what was read. A page that left the sitemap is asked once: 404 or 410 means
deleted. Links are never followed. The date is JSON-LD's, else the meta element's, else a guess,
and a mention's warnings say which. A site's reservation against text mining is obeyed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field

from listening.contract import BrandFile, Coverage, Deletion, Item, ListeningError, Page
from listening.http import AGENT
from listening.net.answer import BadAnswerError, DeniedError, GoneError, Response, TransientError
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._api import EPOCH
from listening.sources._page import read_page
from listening.sources._read import digest, site_target
from listening.sources._sitemap import Listed, read_sitemaps

MOST_LISTED: Final = 5_000  # pages of a site that are kept track of, the newest
MOST_FAILURES: Final = 5  # in a row: the site is down, not a page


class Sites(Settings):
    """`sources: {web: {urls: ["https://acme.example/news/"]}}`; the path is a prefix."""

    urls: tuple[str, ...] = Field(min_length=1)
    max_pages: int = Field(default=200, ge=1)  # pages read in one crawl; the next goes on


def targets(settings: Sites, brands: BrandFile) -> list[Target]:
    """Return one target per site; a brand's own domain is its channel."""
    return [site_target(url, brands, max_pages=settings.max_pages) for url in settings.urls]


@dataclass
class _Tally:
    """How the pages of one crawl fared."""

    read: dict[str, float]  # id of a page -> lastmod when it was read
    failures: int = 0
    closed: int = 0
    error: ListeningError | None = None


@source(
    name="web",
    relation="off_channel",
    hosts=(),
    auth="none",
    blind_to="Pages that no sitemap lists or robots.txt closes; comments below pages; what only "
    "scripts show; counts of any kind",
    verified="shape",
    uncounted="pages tell no counts",
    settings=Sites,
    targets=targets,
    pace=2.0,
    memory=timedelta(days=90),
    max_pages=5_000,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield each new or changed page, oldest first, then what is gone; each moves the cursor."""
    listed = read_sitemaps(look.http, look.settings["url"])
    if not listed:
        raise SourceSilent(
            "no sitemap lists a page",
            where=look.settings["url"],
            mend="Name a site with a sitemap, or a path that its sitemap lists",
        )
    open_to_us = [one for one in listed if look.http.robots(one.url).can_fetch(one.url, AGENT)]
    newest = sorted(open_to_us, key=lambda one: (one.changed or EPOCH, one.url))[-MOST_LISTED:]
    tally = _Tally(dict(look.cursor.get("pages", {})))
    due = [one for one in newest if tally.read.get(_key(one.url), -1) < _stamp(one)]
    known = look.recent(EPOCH)
    for one in due[: look.settings["max_pages"]]:
        items = tuple(_items(look, one, known, tally))
        yield Page(items, len(items), {"pages": dict(tally.read)} if items else None)
    deletions = tuple(_gone(look, newest, known, tally))
    yield Page(
        deletions,
        len(deletions),
        {"pages": tally.read},
        _coverage(look, due, listed, len(open_to_us), tally),
    )
    if tally.error:
        raise tally.error


def _items(look: Look, one: Listed, known: Any, tally: _Tally) -> Iterator[Item]:
    """Yield what a page amounts to; a page that fails is asked again by the next crawl."""
    native_id = page_id(one.url)
    try:
        yield _read(look, one, look.http.get_page(one.url), known.get(native_id))
    except GoneError:
        if native_id in known:
            yield Deletion("web", native_id, look.started_at, look.started_at)
    except (DeniedError, BadAnswerError):
        tally.closed += 1
    except TransientError as error:  # a wall, too
        tally.error, tally.failures = tally.error or error, tally.failures + 1
        if tally.failures >= MOST_FAILURES:
            raise
        return
    tally.failures = 0
    tally.read[_key(one.url)] = _stamp(one)


def _read(look: Look, one: Listed, response: Response, known: datetime | None) -> Item:
    return read_page(
        response,
        native_id=page_id(one.url),
        changed=one.changed,
        known=known,
        seen=look.started_at,
        brand=look.settings["brand"],
    )


def _gone(look: Look, listed: list[Listed], known: Any, tally: _Tally) -> Iterator[Deletion]:
    """Ask once for each page that left the sitemap, and forget those that are gone."""
    now_listed = {_key(one.url) for one in listed}
    left = set(tally.read) - now_listed
    for key in left:
        del tally.read[key]
    parts = urlsplit(look.settings["url"])
    for native_id in sorted(known):
        if _key(f"//{native_id}") not in left:
            continue
        path = native_id.removeprefix(look.target.host)
        try:
            look.http.get_page(f"{parts.scheme}://{parts.netloc}{path}")
        except GoneError:
            yield Deletion("web", native_id, look.started_at, look.started_at)
        except (DeniedError, BadAnswerError):
            continue


def _coverage(
    look: Look, due: list[Listed], listed: list[Listed], open_pages: int, tally: _Tally
) -> Coverage | None:
    """Say what of the site stays unread; what robots.txt closes is no failure, and is told."""
    most = look.settings["max_pages"]
    if len(due) > most or len(listed) > MOST_LISTED:
        reason = f"{len(due)} pages were due, {most} are read in one crawl"
        return Coverage("capped", expected=len(due), got=most, reason=reason)
    if tally.closed:
        reason = f"{tally.closed} pages were refused to us"
        return Coverage("partial", expected=len(due), got=len(due) - tally.closed, reason=reason)
    if closed := len(listed) - open_pages:
        reason = f"robots.txt closes {closed} of {len(listed)} pages"
        return Coverage("complete", expected=len(listed), got=open_pages, reason=reason)
    return None


def page_id(url: str) -> str:
    """Return a page's id: its host, path and query, so that neither scheme nor port matter."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def _key(url: str) -> str:
    return digest(page_id(url))[:12]


def _stamp(one: Listed) -> float:
    return one.changed.timestamp() if one.changed else 0.0
