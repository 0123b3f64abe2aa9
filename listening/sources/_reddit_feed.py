"""The public feeds of Reddit, for whoever has no approved app: the same ids, and no scores.

Written from the feeds' own answers and reddit.com/wiki/rss, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listening.clean import strip_html
from listening.contract import Coverage, Mention, Page
from listening.sources import Look
from listening.sources._api import moments
from listening.sources._feed import read_feed
from listening.sources._read import field, instant, page_of

LIMIT: Final = 100
PACE: Final = 7.0  # seconds; the feeds bear some ten requests a minute (unverified)


def feed_page(look: Look, asked: Mapping[str, str]) -> Page:
    """Return the newest things of a listing, or of what is searched for there."""
    look.http.pace = max(look.http.pace, PACE)
    url, seen = f"{look.settings['site_url']}{look.settings['path']}.rss", look.started_at
    _, feed = look.http.fetch(url, read_feed, params={"limit": LIMIT, **asked})
    page = page_of("reddit", url, feed.entries, lambda entry: read_entry(entry, seen), "id")
    oldest = min(moments(page.items), default=look.since)
    cut = page.served >= LIMIT and oldest > look.since
    return Page(page.items, page.served, coverage=capped(oldest) if cut else None)


def capped(oldest: datetime | None) -> Coverage:
    """Return how far back a listing goes that ends before what was read the last time."""
    until = oldest.isoformat(timespec="minutes") if oldest else "nothing"
    return Coverage("capped", reason=f"the listing reaches back to {until} only")


def read_entry(entry: Mapping[str, Any], seen: datetime) -> Mention:
    """Return an entry of a feed as a mention: the same id as the API's, no counts.

    Raises:
        UncleanError: a field is missing or odd.
    """
    name, link = field(entry, "id", str), field(entry, "link", str)
    html = str((entry.get("content") or [{}])[0].get("value") or entry.get("summary") or "")
    said = re.search(r"<!-- SC_OFF -->(.*?)<!-- SC_ON -->", html, re.DOTALL)
    points = re.search(r'<a href="([^"]+)">\[link\]</a>', html)
    outside = points[1] if points and "reddit.com/" not in points[1] else ""
    thread = re.search(r"/comments/([a-z0-9]+)/", link)
    comment = name.startswith("t1_")
    return Mention(
        source="reddit",
        native_id=name,
        title="" if comment else field(entry, "title", str),
        text="\n".join(part for part in (strip_html(said[1]) if said else "", outside) if part),
        url=link,
        author=str(entry.get("author") or "").removeprefix("/u/"),
        published_at=instant(
            str(entry.get("published") or field(entry, "updated", str)), "published"
        ),
        observed_at=seen,
        kind="comment" if comment else "post",
        channel="reddit",
        thread_native_id=f"t3_{thread[1]}" if thread else "" if comment else name,
    )
