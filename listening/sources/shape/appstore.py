"""What a review in the feed of the App Store looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listening.contract import Mention, Page
from listening.sources import Look, SourceChanged
from listening.sources._owned import whose
from listening.sources._read import field, instant, page_of, whole, words

KNOWN: Final = words(
    """author content id im:contentType im:rating im:version im:voteCount im:voteSum link title
    updated"""
)


def read_page(look: Look, reviews: list[Any], url: str, known: Mapping[str, datetime]) -> Page:
    """Return the reviews of a page, newest first."""
    return page_of(
        "appstore",
        url,
        reviews,
        lambda review: _mention(review, look, known),
        lambda review: str((review.get("id") or {}).get("label", "")),
        KNOWN,
    )


def _mention(review: Mapping[str, Any], look: Look, known: Mapping[str, datetime]) -> Mention:
    native_id, facts = _label(review, "id"), look.settings
    updated = instant(_label(review, "updated"), "updated") if "updated" in review else None
    published = known.get(native_id) or updated or look.started_at
    author = field(review, "author", dict)
    link = review.get("link") or {}
    return Mention(
        source="appstore",
        native_id=native_id,
        text=_label(review, "content"),
        title=_label(review, "title"),
        url=str((link.get("attributes") or {}).get("href") or "") if isinstance(link, dict) else "",
        author=_label(author, "name"),
        published_at=published,
        edited_at=updated if updated and updated > published else None,
        observed_at=look.started_at,
        kind="review",
        channel="appstore",
        region=str(facts["country"]).upper(),
        rating=float(whole(_label(review, "im:rating"), "im:rating")),
        likes=max(0, whole(_label(review, "im:voteSum"), "im:voteSum")),
        **whose(look),
        warnings=() if updated else ("date_guessed",),
    )


def _label(item: Mapping[str, Any], name: str) -> str:
    value: str = field(field(item, name, dict), "label", str)
    return value


PAGES: Final = 10


def reviews_of(feed: Mapping[str, Any], url: str) -> list[dict[str, Any]]:
    """Return the entries of a feed that are reviews."""
    entries = feed.get("entry", [])
    listed = [entries] if isinstance(entries, dict) else entries
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise SourceChanged("entry is neither a list nor an object", where=url)
    return [entry for entry in listed if "im:name" not in entry]  # the app has a name


def last_page(feed: Mapping[str, Any]) -> int:
    """Return the number of the last page as the feed's links tell it."""
    links = feed.get("link", [])
    for link in links if isinstance(links, list) else [links]:
        facts = link.get("attributes", {}) if isinstance(link, dict) else {}
        found = re.search(r"/page=(\d+)/", str(facts.get("href", "")))
        if facts.get("rel") == "last" and found:
            return int(found[1])
    return PAGES
