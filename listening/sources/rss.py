"""RSS, Atom and JSON feeds: blogs, newsrooms, forums, any site that announces what it publishes.

Written from RSS 2.0 (rssboard.org/rss-specification), RFC 4287 (Atom), RFC 4685 (threads),
RFC 6721 (tombstones), jsonfeed.org 1.1 and the behaviour of feedparser 6.0.14, read 2026-11.

A guid that is no URI means something only within its feed, so the feed's host is put before
it. What leaves the feed's window is not deleted; only an `at:deleted-entry` says so. A cut feed
is rejected as a whole: feedparser would hand out half of its last entry. One that is there to
its end is read, whether or not it is well-formed XML.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, Deletion, Page
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._api import EPOCH
from listening.sources._entry import entry_id, read_entry, scoped
from listening.sources._feed import ENTRIES, decoded, fetch_feed
from listening.sources._jsonfeed import VERSION
from listening.sources._read import instant, read_items, site_target
from listening.sources._xml import Node, XmlError, read_nodes, scan_nodes

TOMBSTONE: Final = "deleted-entry"  # RFC 6721


class Feeds(Settings):
    """`sources: {rss: {urls: [...]}}`."""

    urls: tuple[str, ...] = Field(min_length=1)


def targets(settings: Feeds, brands: BrandFile) -> list[Target]:
    """Return one target per feed; a feed on a brand's own domain is that brand's channel."""
    return [site_target(url, brands) for url in settings.urls]


@source(
    name="rss",
    relation="off_channel",
    hosts=(),
    auth="none",
    blind_to="Entries that left the feed between two crawls; likes, shares and views; deletions, "
    "unless the feed marks them",
    verified="recorded",
    uncounted="each crawl counts what is still in the feed, and nothing else can be asked for",
    settings=Feeds,
    targets=targets,
    pace=2.0,
    memory=timedelta(days=90),
    parser="2",  # 2026-11-22: the longest text of an entry, not its first
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the feed as one page, or nothing where it did not change."""
    url = look.settings["url"]
    if (found := fetch_feed(look)) is None:
        return
    response, parsed, body = found
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
        lambda entry: read_entry("rss", entry, parsed.feed, base, look, known),
        lambda entry: entry_id(entry, look.target.host),
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
    if parsed.version == VERSION:
        return [Node("item", {}) for _ in parsed.entries]
    try:
        return list(read_nodes(body, wanted))
    except XmlError:  # an encoding expat does not know, or a feed that is not well-formed
        return list(scan_nodes(decoded(body, parsed), wanted))


def _deletion(node: Node, look: Look) -> Deletion:
    native_id = scoped(node.attributes.get("ref", ""), look.target.host)
    when = instant(node.attributes.get("when", ""), "when")
    return Deletion("rss", native_id, when, look.started_at)
