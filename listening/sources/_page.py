"""What a web page says, who wrote it and when, with where the date comes from."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import unescape
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from listening.clean import UncleanError
from listening.contract import Item, Mention, Reject
from listening.net.answer import Response
from listening.net.guard import shown
from listening.net.wall import check_wall
from listening.sources._read import NOT_PUBLIC, RAW, instant

PUBLISHED: Final = ("article:published_time", "datePublished", "date", "dc.date", "DC.date.issued")
MODIFIED: Final = ("article:modified_time", "dateModified", "og:updated_time")

log = logging.getLogger(__name__)


def read_page(
    response: Response,
    *,
    native_id: str,
    changed: datetime | None,
    known: datetime | None,
    seen: datetime,
    brand: str,
) -> Item:
    """Return a page as a mention, or a reject that says why it is none.

    Args:
        response: the page.
        native_id: its id.
        changed: what the sitemap says of its last change.
        known: when we took it to be published before; a guess is not made twice.
        seen: the moment of looking.
        brand: the brand whose own site it is, or "".

    Raises:
        WalledError: a login, captcha or challenge stands before it.
    """
    if "html" not in response.headers.get("Content-Type", "text/html"):
        kind = response.headers.get("Content-Type", "")
        return Reject("web", native_id, "not_html", f"the page is {kind[:80]}")
    tree = _tree(response.body)
    if tree is None:
        return _reject(response, native_id, "no_text", "the page cannot be read as HTML")
    meta = dict(_meta(tree))
    if "1" in (meta.get("tdm-reservation"), response.headers.get("tdm-reservation")):
        return Reject("web", native_id, NOT_PUBLIC, "the site reserves its pages from text mining")
    text, found = _extract(tree, response.url)
    article = _article(tree)
    dated = bool(article) or any(name in meta for name in PUBLISHED)
    check_wall(response, title=_heading(tree), text=text, dated=dated)
    if not text:
        return _reject(response, native_id, "no_text", "no text but menus was found on the page")
    published, warnings = _published(article, meta, known, changed, seen, found)
    title = _title(article, meta, found)
    said = [article.get("dateModified"), *(meta.get(name) for name in MODIFIED)]
    modified = next((moment for text in said if (moment := _moment(text))), None)
    return Mention(
        source="web",
        native_id=native_id,
        text=text.removeprefix(f"{title}\n"),  # most pages repeat it as their heading
        title=title,
        url=_canonical(tree, response.url),
        author=_author(article) or meta.get("author", ""),
        published_at=published,
        edited_at=modified if modified and modified > published else None,
        observed_at=seen,
        channel="web",
        lang=str(tree.get("lang") or ""),
        brand_id=brand,
        owned=bool(brand),
        warnings=warnings,
    )


def _reject(response: Response, native_id: str, reason: str, detail: str) -> Reject:
    raw = response.body[:RAW].decode("utf-8", "replace")
    return Reject("web", native_id, reason, detail, raw)


def _tree(body: bytes) -> Any:
    from trafilatura import load_html

    return load_html(body)


def _extract(tree: Any, url: str) -> tuple[str, Any]:
    """Return the page's main text, one line a block, and what else trafilatura found."""
    from copy import deepcopy

    from trafilatura import bare_extraction

    try:
        found = bare_extraction(deepcopy(tree), url=url, include_comments=False, with_metadata=True)
    except Exception:  # one page's boundary: it is quarantined, and the others are read
        log.exception("trafilatura failed on %s", shown(url))
        return "", None
    return ((found.text or "").strip(), found) if found else ("", None)


def _meta(tree: Any) -> Iterator[tuple[str, str]]:
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop")
        if name and node.get("content"):
            yield name.strip(), node.get("content").strip()


def _heading(tree: Any) -> str:
    return next((node.text_content() for node in tree.iter("title")), "")


def _article(tree: Any) -> Mapping[str, Any]:
    """Return the first JSON-LD object with a date: the page's own account of itself."""
    for node in tree.iter("script"):
        if node.get("type") != "application/ld+json":
            continue
        try:
            data = json.loads(node.text or "")
        except (ValueError, RecursionError):
            continue
        for part in _objects(data):
            if "datePublished" in part:
                return part
    return {}


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    for part in data if isinstance(data, list) else [data]:
        if isinstance(part, Mapping):
            yield part
            if isinstance(part.get("@graph"), list):
                yield from _objects(part["@graph"])


def _author(article: Mapping[str, Any]) -> str:
    author = article.get("author")
    first = author[0] if isinstance(author, list) and author else author
    name = first.get("name") if isinstance(first, Mapping) else first
    return unescape(name) if isinstance(name, str) else ""


def _title(article: Mapping[str, Any], meta: Mapping[str, str], found: Any) -> str:
    headline = article.get("headline")
    title = unescape(headline) if isinstance(headline, str) else meta.get("og:title") or found.title
    return str(title or "")  # a headline in JSON-LD is often escaped as if it were HTML


def _canonical(tree: Any, url: str) -> str:
    """Return the page's canonical address where it is one of the same host, else its own."""
    for node in tree.iter("link"):
        if node.get("rel") == "canonical" and node.get("href"):
            try:
                canonical = str(urljoin(url, node.get("href").strip()))
                same = urlsplit(canonical).hostname == urlsplit(url).hostname
            except ValueError:
                continue
            if same and urlsplit(canonical).path.strip("/"):
                return canonical
    return url


def _published(
    article: Mapping[str, Any],
    meta: Mapping[str, str],
    known: datetime | None,
    changed: datetime | None,
    seen: datetime,
    found: Any,
) -> tuple[datetime, tuple[str, ...]]:
    """Return when a page was published, and a warning where its JSON-LD does not say so."""
    if moment := _moment(article.get("datePublished")):
        return moment, _zone(article["datePublished"])
    for name in PUBLISHED:
        if moment := _moment(meta.get(name)):
            return moment, ("date_from_meta", *_zone(meta[name]))
    if known:
        return known, ("date_guessed",)
    if moment := _moment(getattr(found, "date", None)):
        return moment, ("date_guessed", "date_from_page")
    return changed or seen, ("date_guessed", "date_from_sitemap" if changed else "date_of_crawl")


def _zone(text: str) -> tuple[str, ...]:
    return () if datetime.fromisoformat(text.strip()).tzinfo else ("no_zone",)


def _moment(text: Any) -> datetime | None:
    try:
        return instant(text.strip(), "date") if isinstance(text, str) else None
    except UncleanError:
        return None
