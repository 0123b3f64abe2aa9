"""RSS and Atom feeds: blogs, newsrooms, forums, any site that announces what it publishes.

Written from RSS 2.0 (rssboard.org/rss-specification), RFC 4287 (Atom), RFC 4685 (threads),
RFC 6721 (tombstones) and the behaviour of feedparser 6.0.14, read 2026-11.

A guid that is no URI means something only within its feed, so the feed's host is put before
it. What leaves the feed's window is not deleted; only an `at:deleted-entry` says so. A cut feed
is rejected as a whole: feedparser would hand out half of its last entry. One that is there to
its end is read, whether or not it is well-formed XML.
"""

from __future__ import annotations

import hashlib
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from listening.answer import conditions
from listening.clean import clean_url, strip_html
from listening.contract import BrandFile, Deletion, Mention, Page
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._feed import ENTRIES, decoded, read_feed
from listening.sources._read import digest, instant, owner_of, read_items, target_name
from listening.sources._xml import Node, XmlError, read_nodes, scan_nodes

URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TOMBSTONE: Final = "deleted-entry"  # RFC 6721


class Feeds(Settings):
    """`sources: {rss: {urls: [...]}}`."""

    urls: tuple[str, ...] = Field(min_length=1)


def targets(settings: Feeds, brands: BrandFile) -> list[Target]:
    """Return one target per feed; a feed on a brand's own domain is that brand's channel."""
    return [_target(url, brands) for url in settings.urls]


def _target(url: str, brands: BrandFile) -> Target:
    parts = urlsplit(url)
    host = parts.hostname or ""
    owner = owner_of(host, brands)
    name = target_name(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    facts = {"url": url, "brand": owner.id if owner else ""}
    return Target(name, host, facts, relation="owned" if owner else None)


@source(
    name="rss",
    relation="off_channel",
    hosts=(),
    auth="none",
    blind_to="Entries that left the feed between two crawls; likes, shares and views; deletions, "
    "unless the feed marks them",
    verified="recorded",
    settings=Feeds,
    targets=targets,
    pace=2.0,
    memory=timedelta(days=90),
    parser="2",  # 2026-11-22: the longest text of an entry, not its first
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the feed as one page, or nothing where it did not change."""
    url = look.settings["url"]
    response, parsed = look.http.fetch(url, read_feed, headers=conditions(look.cursor))
    body = hashlib.sha256(response.body).hexdigest()
    if response.unchanged or body == look.cursor.get("body"):
        return
    nodes = _nodes(response.body, parsed)
    if not nodes:
        raise SourceSilent(
            "the feed has no entry at all", where=url, mend="Look whether the feed has moved"
        )
    known, base = look.recent(EPOCH), response.url
    entries = read_items(
        "rss",
        url,
        parsed.entries,
        lambda entry: _mention(entry, parsed.feed, base, look, known),
        lambda entry: _native_id(entry, look.target.host),
    )
    gone = [node for node in nodes if node.local == TOMBSTONE]
    deletions = read_items(
        "rss",
        url,
        gone,
        lambda node: _deletion(node, look),
        lambda node: node.attributes.get("ref", ""),
    )
    served = max(len(nodes) - len(gone), len(parsed.entries)) + len(gone)  # items within items
    yield Page((*entries, *deletions), served, {**response.validators, "body": body})


def _nodes(body: bytes, parsed: Any) -> list[Node]:
    """Return entries and tombstones as another parser sees them, so that a lost one is found."""
    wanted = (*ENTRIES, TOMBSTONE)
    try:
        return list(read_nodes(body, wanted))
    except XmlError:  # an encoding expat does not know, or a feed that is not well-formed
        return list(scan_nodes(decoded(body, parsed), wanted))


def _deletion(node: Node, look: Look) -> Deletion:
    native_id = _scoped(node.attributes.get("ref", ""), look.target.host)
    when = instant(node.attributes.get("when", ""), "when")
    return Deletion("rss", native_id, when, look.started_at)


def _mention(
    entry: Mapping[str, Any],
    feed: Mapping[str, Any],
    base: str,
    look: Look,
    known: Mapping[str, datetime],
) -> Mention:
    native_id = _native_id(entry, look.target.host)
    link, warnings = _link(entry, base)
    published, edited, dated = _dates(entry, known.get(native_id), look.started_at)
    parent = (entry.get("thr_in-reply-to") or {}).get("ref", "")
    return Mention(
        source="rss",
        native_id=native_id,
        text=_text(entry),
        title=strip_html(entry.get("title") or ""),
        url=link,
        author=_author(entry),
        published_at=published,
        edited_at=edited,
        observed_at=look.started_at,
        kind="comment" if parent else "post",
        channel="rss",
        parent_native_id=_scoped(parent, look.target.host) if parent else "",
        lang=_language(entry, feed),
        comments=_count(entry.get("slash_comments") or entry.get("thr_total")),
        brand_id=look.settings["brand"],
        owned=bool(look.settings["brand"]),
        warnings=(*warnings, *dated),
    )


def _native_id(entry: Mapping[str, Any], host: str) -> str:
    if entry.get("id"):
        return _scoped(entry["id"], host)
    what = digest(entry.get("title") or "", entry.get("published") or "", "" if entry.get("title")
                  else _text(entry))  # fmt: skip
    return _scoped(f"{entry['link']}#{what}" if entry.get("link") else what, host)


def _scoped(guid: str, host: str) -> str:
    guid = guid.strip()
    return guid if not guid or URI.fullmatch(guid) else f"{host}:{guid}"


def _link(entry: Mapping[str, Any], base: str) -> tuple[str, tuple[str, ...]]:
    """Return the entry's address; feedparser passes `javascript:` on untouched (6.0.14)."""
    try:
        detail = entry.get("title_detail") or _said(entry)[1]
        base = urljoin(base, detail.get("base") or "")  # feedparser: xml:base
        url = clean_url(urljoin(base, entry["link"])) if entry.get("link") else ""
    except ValueError:
        url = None
    return (url, ()) if url is not None else ("", ("bad_url",))


def _text(entry: Mapping[str, Any]) -> str:
    return _said(entry)[0]


def _said(entry: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the longest of an entry's texts, and what feedparser says of it.

    A content may be empty, or the caption of a picture: feedparser lists media:description and
    itunes:summary among the contents, in the order of the feed.
    """
    detail = entry.get("summary_detail") or {}
    summary = {**detail, "value": entry.get("summary")}  # a later, empty one empties the detail
    parts = [*(entry.get("content") or ()), detail, summary]
    return max(((_plain(part), part) for part in parts), key=lambda said: len(said[0]))


def _plain(part: Mapping[str, Any]) -> str:
    value = part.get("value") or ""
    return value if part.get("type") == "text/plain" and "<" not in value else strip_html(value)


def _author(entry: Mapping[str, Any]) -> str:
    detail = entry.get("author_detail") or {}
    return str(detail.get("name") or entry.get("author") or "")


def _language(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    return str(_said(entry)[1].get("language") or feed.get("language") or "")


def _dates(
    entry: Mapping[str, Any], known: datetime | None, seen: datetime
) -> tuple[datetime, datetime | None, tuple[str, ...]]:
    """Return publication, edit and warnings; without a date, the moment it was first seen."""
    published, warnings = _date(entry, "published")
    if not published:
        published, warnings = _date(entry, "created")  # of Atom 0.3, and of dcterms
    updated, _ = _date(entry, "updated")
    if published:
        return published, updated if updated and updated > published else None, warnings
    if updated:
        return known or updated, updated if known and updated > known else None, warnings
    return known or seen, None, ("date_guessed",)


def _date(entry: Mapping[str, Any], name: str) -> tuple[datetime | None, tuple[str, ...]]:
    # feedparser looks `published` up under `updated` where it is absent; `get` does not.
    parsed = entry.get(f"{name}_parsed") if name in entry else None
    try:
        if parsed:
            return datetime.fromtimestamp(timegm(parsed), UTC), ()
        text = entry.get(name) or "" if name in entry else ""
        if not re.search(r"\d{4}", text):
            return None, ()
        from dateutil import parser

        text = re.sub(r"^\s*[^\W\d]+\.?,", "", text)  # a weekday, in any language
        moment = parser.parse(text)  # RFC 822 without a zone, which feedparser leaves alone
        zone = () if moment.tzinfo else ("no_zone",)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC), zone
    except (ValueError, OverflowError):
        return None, ()


def _count(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and re.fullmatch(r"\d{1,12}", text.strip()) else None
