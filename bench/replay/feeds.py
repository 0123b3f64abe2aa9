"""RSS 2.0 and Atom as sites really serve them: a window of the newest entries."""

from __future__ import annotations

import html
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET

from bench.replay.answer import Answer, Request
from bench.replay.timeline import Entry, Look, gone, grown, look
from bench.replay.world import Site

ATOM: Final = "http://www.w3.org/2005/Atom"
TOMBSTONE: Final = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
THREAD: Final = "http://purl.org/syndication/thread/1.0"  # RFC 4685
CREATOR: Final = "http://purl.org/dc/elements/1.1/"
CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
SLASH: Final = "http://purl.org/rss/1.0/modules/slash/"
for _prefix, _uri in (
    ("", ATOM), ("at", TOMBSTONE), ("thr", THREAD), ("dc", CREATOR), ("content", CONTENT),
    ("slash", SLASH),
):  # fmt: skip
    ET.register_namespace(_prefix, _uri)


def answer(site: Site, request: Request) -> Answer | None:
    """Return the feed; None where the path is not the feed's."""
    if request.path != site.settings.path:
        return None
    seen = [(entry, seen) for entry in site.items if (seen := look(entry, request.at))]
    newest = sorted(seen, key=lambda pair: pair[0].published_at, reverse=True)
    window = newest[: site.settings.window]
    changed_at = _changed_at(site, request.at)
    if site.settings.kind == "rss":
        root, kind = _rss(site, window, request), "application/rss+xml"
    else:
        root, kind = _atom(site, window, request, changed_at), "application/atom+xml"
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Answer(body, f"{kind}; charset=utf-8", changed_at=changed_at)


def _changed_at(site: Site, at: datetime) -> datetime:
    moments = [site.since]
    for entry in site.items:
        moments += [entry.published_at, *(edit.at for edit in entry.edits)]
        moments += [entry.deleted_at] if entry.deleted_at else []
    return max((moment for moment in moments if moment <= at), default=site.since)


def paragraphs(text: str) -> str:
    """Return plain text as HTML paragraphs."""
    return "\n".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n") if part.strip())


def _link(site: Site, entry: Entry) -> str:
    itself = entry.id if entry.id.startswith("http") else f"http://{site.host}/{entry.id}"
    return entry.url or itself


def _rss(site: Site, window: list[tuple[Entry, Look]], request: Request) -> ET.Element:
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _put(channel, "title", site.settings.title)
    _put(channel, "link", f"http://{site.host}/")
    _put(channel, "description", site.settings.title)
    _put(channel, "language", site.settings.language)
    for entry, seen in window:
        item = ET.SubElement(channel, "item")
        _put(item, "title", seen.title)
        _put(item, "link", _link(site, entry))
        _put(item, "guid", entry.id, isPermaLink=str(entry.id == _link(site, entry)).lower())
        _put(item, "pubDate", format_datetime(entry.published_at))
        _put(item, f"{{{CREATOR}}}creator", site.author(entry.author).name or entry.author)
        for category in entry.categories:
            _put(item, "category", category)
        _put(item, "description", entry.summary or paragraphs(seen.text))
        if entry.summary:
            _put(item, f"{{{CONTENT}}}encoded", paragraphs(seen.text))
        if entry.comments:
            count = grown(entry.comments, entry, request.at)
            _put(item, f"{{{SLASH}}}comments", str(count))
    return root


def _atom(
    site: Site, window: list[tuple[Entry, Look]], request: Request, changed_at: datetime
) -> ET.Element:
    root = ET.Element(f"{{{ATOM}}}feed")
    _put(root, f"{{{ATOM}}}id", f"http://{site.host}{site.settings.path}")
    _put(root, f"{{{ATOM}}}title", site.settings.title)
    _put(root, f"{{{ATOM}}}updated", changed_at.isoformat())
    _put(root, f"{{{ATOM}}}link", "", rel="self", href=f"{request.base}{site.settings.path}")
    for entry, seen in window:
        root.append(_atom_entry(site, entry, seen, request.at))
    for entry in site.items:
        if entry.deleted_at and gone(entry, request.at):
            ref = {"ref": entry.id, "when": entry.deleted_at.isoformat()}
            ET.SubElement(root, f"{{{TOMBSTONE}}}deleted-entry", ref)
    return root


def _atom_entry(site: Site, entry: Entry, seen: Look, at: datetime) -> ET.Element:
    node = ET.Element(f"{{{ATOM}}}entry")
    _put(node, f"{{{ATOM}}}id", entry.id)
    _put(node, f"{{{ATOM}}}title", seen.title)
    _put(node, f"{{{ATOM}}}published", entry.published_at.isoformat())
    _put(node, f"{{{ATOM}}}updated", seen.changed_at.isoformat())
    _put(node, f"{{{ATOM}}}link", "", rel="alternate", href=_link(site, entry))
    author = ET.SubElement(node, f"{{{ATOM}}}author")
    _put(author, f"{{{ATOM}}}name", entry.author)
    for category in entry.categories:
        _put(node, f"{{{ATOM}}}category", "", term=category)
    if entry.reply_to:
        _put(node, f"{{{THREAD}}}in-reply-to", "", ref=entry.reply_to)
    if entry.comments:
        _put(node, f"{{{THREAD}}}total", str(grown(entry.comments, entry, at)))
    if entry.summary:
        _put(node, f"{{{ATOM}}}summary", entry.summary)
    _put(node, f"{{{ATOM}}}content", paragraphs(seen.text), type="html")
    return node


def _put(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text or None
