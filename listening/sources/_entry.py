"""Reads an entry of a feed, as feedparser hands it out: its id, text, author and dates."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin

from listening.clean import UncleanError, clean_url, strip_html
from listening.contract import Mention
from listening.sources import Look
from listening.sources._read import addresses, digest, objects

URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def read_entry(
    source: str,
    entry: Mapping[str, Any],
    feed: Mapping[str, Any],
    base: str,
    look: Look,
    known: Mapping[str, datetime],
) -> Mention:
    """Return an entry, as feedparser reads it, as a mention.

    Args:
        source: whose mention it is.
        entry: what feedparser made of it.
        feed: what it made of the feed.
        base: the address that links are relative to.
        look: the crawl; the brand in its settings owns the feed.
        known: ids landed before, with when they were taken to be published.

    Raises:
        UncleanError: a field is of another type than the format's.
    """
    if "odd" in entry:
        raise UncleanError("bad_type", entry["odd"])
    native_id = entry_id(entry, look.target.host)
    link, warnings = _link(entry, base)
    published, edited, dated = _dates(entry, known.get(native_id), look.started_at)
    parent = (entry.get("thr_in-reply-to") or {}).get("ref", "")
    return Mention(
        source=source,
        native_id=native_id,
        text=_text(entry),
        title=strip_html(entry.get("title") or ""),
        url=link,
        author=_author(entry),
        published_at=published,
        edited_at=edited,
        observed_at=look.started_at,
        kind="comment" if parent else "post",
        channel=source,
        parent_native_id=scoped(parent, look.target.host) if parent else "",
        lang=_language(entry, feed),
        comments=_count(entry.get("slash_comments") or entry.get("thr_total")),
        brand_id=look.settings["brand"],
        owned=bool(look.settings["brand"]),
        warnings=(*warnings, *dated),
        images=_images(entry, base),
    )


def entry_id(entry: Mapping[str, Any], host: str) -> str:
    """Return an entry's id: the feed's own, else one of its link and title."""
    if entry.get("id"):
        return scoped(entry["id"], host)
    what = digest(entry.get("title") or "", entry.get("published") or "", "" if entry.get("title")
                  else _text(entry))  # fmt: skip
    return scoped(f"{entry['link']}#{what}" if entry.get("link") else what, host)


def scoped(guid: str, host: str) -> str:
    """Return a guid that means something outside of its feed."""
    guid = guid.strip()
    return guid if not guid or URI.fullmatch(guid) else f"{host}:{guid}"


def _images(entry: Mapping[str, Any], base: str) -> tuple[str, ...]:
    """Return the pictures of an entry: enclosures and media, not those within its text."""
    told = [*objects(entry.get("enclosures")), *objects(entry.get("media_content"))]
    pictures = [one for one in told if _is_image(one)]
    shown = objects(entry.get("media_thumbnail"))
    return addresses((one.get("href") or one.get("url") for one in (*pictures, *shown)), base)


def _is_image(told: Mapping[str, Any]) -> bool:
    kind = str(told.get("type") or told.get("medium") or "")
    return kind.startswith("image")


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
