"""Finds the feeds of a site, as its pages announce them: `<link rel="alternate">` (HTML, 4.6.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from listening.http import Http
from listening.net.answer import BadAnswerError, DeniedError, GoneError, Response

KINDS: Final = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
)  # fmt: skip
USUAL: Final = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss")
_FEED: Final = re.compile(rb"(?i)<(rss|feed|rdf:rdf)\b|https?:\\?/\\?/jsonfeed\.org\\?/version")
_HEAD: Final = 4_000  # bytes in which a feed shows itself


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, and what its site calls it."""

    url: str
    title: str


def find_feeds(http: Http, url: str) -> list[Feed]:
    """Return the feed that lies at an address, or those its page announces, or the usual places'.

    Raises:
        DeniedError, TransientError, RefusedError: the page cannot be had.
    """
    response = http.get_page(url)
    if _is_feed(response):
        return [Feed(url, "")]
    announced = list(_announced(response))
    if announced:
        return announced
    return [feed for path in USUAL if (feed := _at(http, urljoin(response.url, path)))][:1]


def _is_feed(response: Response) -> bool:
    return _FEED.search(response.body[:_HEAD]) is not None


def _announced(response: Response) -> Iterator[Feed]:
    from trafilatura import load_html

    tree = load_html(response.body)
    seen = set[str]()
    for node in tree.iter("link") if tree is not None else ():
        kind = (node.get("type") or "").split(";")[0].strip().lower()
        relations = (node.get("rel") or "").lower().split()
        if kind not in KINDS or "alternate" not in relations or not node.get("href"):
            continue
        address = urljoin(response.url, node.get("href").strip())
        if urlsplit(address).scheme in ("http", "https") and address not in seen:
            seen.add(address)
            yield Feed(address, (node.get("title") or "").strip())


def _at(http: Http, url: str) -> Feed | None:
    try:
        response = http.get_page(url)
    except (GoneError, DeniedError, BadAnswerError):
        return None
    return Feed(url, "") if _is_feed(response) else None
