"""Reads the pages of a site that its sitemap lists, and keeps count of how that went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from listening.contract import Coverage, Deletion, Item, ListeningError
from listening.net.answer import BadAnswerError, DeniedError, GoneError, Response, TransientError
from listening.sources import Look
from listening.sources._page import read_page
from listening.sources._read import digest
from listening.sources._sitemap import Listed

MOST_LISTED: Final = 5_000  # pages of a site that are kept track of, the newest
MOST_FAILURES: Final = 5  # in a row: the site is down, not a page


@dataclass
class Tally:
    """How the pages of one crawl fared."""

    read: dict[str, float]  # id of a page -> lastmod when it was read
    failures: int = 0
    closed: int = 0
    error: ListeningError | None = None


def read_one(look: Look, one: Listed, known: Any, tally: Tally) -> Iterator[Item]:
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
    tally.read[key_of(one.url)] = changed_at(one)


def _read(look: Look, one: Listed, response: Response, known: datetime | None) -> Item:
    return read_page(
        response,
        native_id=page_id(one.url),
        changed=one.changed,
        known=known,
        seen=look.started_at,
        brand=look.settings["brand"],
    )


def left_site(look: Look, listed: list[Listed], known: Any, tally: Tally) -> Iterator[Deletion]:
    """Ask once for each page that left the sitemap, and forget those that are gone."""
    now_listed = {key_of(one.url) for one in listed}
    left = set(tally.read) - now_listed
    for key in left:
        del tally.read[key]
    parts = urlsplit(look.settings["url"])
    for native_id in sorted(known):
        if key_of(f"//{native_id}") not in left:
            continue
        path = native_id.removeprefix(look.target.host)
        try:
            look.http.get_page(f"{parts.scheme}://{parts.netloc}{path}")
        except GoneError:
            yield Deletion("web", native_id, look.started_at, look.started_at)
        except (DeniedError, BadAnswerError):
            continue


def told_of(
    look: Look, due: list[Listed], listed: list[Listed], open_pages: int, tally: Tally
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


def key_of(url: str) -> str:
    """Return what a page is remembered by."""
    return digest(page_id(url))[:12]


def changed_at(one: Listed) -> float:
    """Return when the sitemap says a page changed, 0 where it does not."""
    return one.changed.timestamp() if one.changed else 0.0
