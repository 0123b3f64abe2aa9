"""Sitemaps: which pages a site says it has, and since when they read as they do."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from listening.clean import UncleanError
from listening.net.answer import CutError, GoneError, Response, unpack
from listening.net.guard import RefusedError
from listening.net.wire import TooBigError
from listening.sources import SourceChanged
from listening.sources._read import instant
from listening.sources._xml import Node, XmlError, declares_entities, read_nodes

if TYPE_CHECKING:
    from listening.http import Http

MOST_SITEMAPS: Final = 50
GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as a sitemap lists it."""

    url: str
    changed: datetime | None


def read_sitemaps(http: Http, site: str) -> list[Listed]:
    """Return the pages below a site's URL that its sitemaps list, each once.

    Raises:
        SourceChanged: a sitemap is neither an index nor a list of pages.
    """
    waiting = list(http.robots(site).sitemaps) or [urljoin(site, "/sitemap.xml")]
    pages: dict[str, Listed] = {}
    asked: set[str] = set()
    while waiting and len(asked) < MOST_SITEMAPS:
        url = waiting.pop(0)
        if url in asked:
            continue
        asked.add(url)
        nodes = _fetch(http, url, only=url == urljoin(site, "/sitemap.xml"))
        waiting += [_address(node, url) for node in nodes if node.local == "sitemap"]
        for node in nodes:
            if node.local == "url" and _below(address := _address(node, url), site):
                pages[address] = Listed(address, _changed(node))
    return list(pages.values())


def _fetch(http: Http, url: str, *, only: bool) -> list[Node]:
    try:
        return http.fetch(url, _parse)
    except RefusedError:  # robots.txt may name a sitemap of another host
        if only:
            raise
        return []
    except GoneError:
        return []


def _parse(response: Response) -> list[Node]:
    body = response.body
    try:
        body = unpack(body) if body[:2] == GZIP else body  # a .gz file, served as such
    except TooBigError as error:
        raise SourceChanged(f"a decompression bomb: {error}", where=response.url) from error
    except (zlib.error, EOFError) as error:
        raise CutError(f"cut sitemap: {error}") from error
    if declares_entities(body):
        raise SourceChanged("the sitemap declares XML entities", where=response.url)
    if body.lstrip()[:9].lower() in (b"<!doctype", b"<html><he", b"<html>"):
        raise SourceChanged("an HTML page where a sitemap was due", where=response.url)
    try:
        return list(read_nodes(body, ("url", "sitemap")))
    except XmlError as error:
        raise CutError(f"no whole sitemap: {error}") from error


def _address(node: Node, base: str) -> str:
    return urljoin(base, node.texts.get("loc", "").strip()).partition("#")[0]


def _changed(node: Node) -> datetime | None:
    try:
        return instant(node.texts["lastmod"].strip(), "lastmod")
    except (KeyError, UncleanError):  # optional, and often odd: then as if it were absent
        return None


def _below(url: str, site: str) -> bool:
    page, root = urlsplit(url), urlsplit(site)
    return page.hostname == root.hostname and page.path.startswith(root.path or "/")
