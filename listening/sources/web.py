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
from datetime import timedelta

from pydantic import Field

from listening.contract import BrandFile, Page
from listening.http import AGENT
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._api import EPOCH
from listening.sources._read import site_target
from listening.sources._sitemap import read_sitemaps
from listening.sources._web import (
    MOST_LISTED,
    Tally,
    changed_at,
    key_of,
    left_site,
    read_one,
    told_of,
)


class Sites(Settings):
    """`sources: {web: {urls: ["https://acme.example/news/"]}}`; the path is a prefix."""

    urls: tuple[str, ...] = Field(min_length=1)
    max_pages: int = Field(default=200, ge=1)  # pages read in one crawl; the next goes on


def targets(settings: Sites, brands: BrandFile) -> list[Target]:
    """Return one target per site; a brand's own domain is its channel."""
    return [site_target(url, brands, max_pages=settings.max_pages) for url in settings.urls]


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
    tally = Tally(dict(look.cursor.get("pages", {})))
    due = [one for one in newest if tally.read.get(key_of(one.url), -1) < changed_at(one)]
    known = look.recent(EPOCH)
    for one in due[: look.settings["max_pages"]]:
        items = tuple(read_one(look, one, known, tally))
        yield Page(items, len(items), {"pages": dict(tally.read)} if items else None)
    deletions = tuple(left_site(look, newest, known, tally))
    yield Page(
        deletions,
        len(deletions),
        {"pages": tally.read},
        told_of(look, due, listed, len(open_to_us), tally),
    )
    if tally.error:
        raise tally.error
