"""Reads JSON feeds as feedparser reads the others, which knows none (6.0.14).

Written from jsonfeed.org/version/1.1 (and 1, whose feeds have one `author`), read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from feedparser import FeedParserDict

from listening.net.answer import Response, read_json
from listening.sources import SourceChanged
from listening.sources._read import expect

VERSION: Final = "json"


def is_json_feed(response: Response) -> bool:
    """Tell whether an answer can be a JSON feed: an object, not a document of markup."""
    return response.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def read_json_feed(response: Response) -> Any:
    """Return a JSON feed in the form of feedparser's.

    Raises:
        CutError: it is not whole JSON.
        SourceChanged: it is JSON, and no feed.
    """
    told = read_json(response)
    where = response.url
    if "jsonfeed.org/version/1" not in expect(told, "version", str, where):
        raise SourceChanged(
            "JSON, and no feed by its version", where=where, mend="Look at the address"
        )
    language = told.get("language") or ""
    items = expect(told, "items", list, where)
    entries = [_entry(item, told, language, where) for item in items]
    return FeedParserDict(version=VERSION, feed={"language": language}, entries=entries)


def _entry(item: Any, feed: Mapping[str, Any], language: str, where: str) -> FeedParserDict:
    if not isinstance(item, Mapping):
        raise SourceChanged("an item of the feed is no object", where=where)
    entry = FeedParserDict(
        # An id ought to be text; numbers are met, and are to be taken as such (1.1).
        id=str(item.get("id") or ""),
        link=item.get("url") or item.get("external_url") or "",
        title=item.get("title") or "",
        summary=item.get("summary") or "",
        author=_author(item) or _author(feed),
        content=[
            {"value": item[name], "type": kind, "language": item.get("language") or language}
            for name, kind in (("content_html", "text/html"), ("content_text", "text/plain"))
            if item.get(name)
        ],
    )
    dates = {"published": "date_published", "updated": "date_modified"}
    entry.update({name: item[key] for name, key in dates.items() if item.get(key)})
    return entry


def _author(said: Mapping[str, Any]) -> str:
    named = [*(said.get("authors") or ()), said.get("author")]
    found = (one.get("name") for one in named if isinstance(one, Mapping))
    return next((str(name) for name in found if name), "")
