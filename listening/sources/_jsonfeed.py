"""Reads JSON feeds as feedparser reads the others, which knows none (6.0.14).

Written from jsonfeed.org/version/1.1 (and 1, whose feeds have one `author`), read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from feedparser import FeedParserDict

from listening.clean import UncleanError
from listening.net.answer import Response, read_json
from listening.sources import SourceChanged
from listening.sources._read import expect, field, part, words

VERSION: Final = "json"
TEXTS: Final = words(
    """content_html content_text date_modified date_published external_url language summary title
    url"""
)


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
    items = expect(told, "items", list, where)
    if not all(isinstance(item, Mapping) for item in items):
        raise SourceChanged("an item of the feed is no object", where=where)
    whole = {"language": _plain(told, "language"), "author": _author(told)}
    entries = [_entry(item, whole) for item in items]
    return FeedParserDict(version=VERSION, feed=whole, entries=entries)


def _entry(item: Mapping[str, Any], feed: Mapping[str, str]) -> FeedParserDict:
    """Return an item as an entry; one with a field of another type says so, as `odd`."""
    # An id ought to be text; numbers are met, and are to be taken as such (1.1).
    native_id = item.get("id") or ""
    name = str(native_id) if isinstance(native_id, str | int | float) else ""
    try:
        read = {key: part(item, key, str) for key in TEXTS}
        if name == "" and native_id:
            field(item, "id", str)
    except UncleanError as error:
        return FeedParserDict(id=name, odd=error.detail)
    entry = FeedParserDict(
        id=name,
        link=read["url"] or read["external_url"],
        title=read["title"],
        summary=read["summary"],
        author=_author(item) or feed["author"],
        content=[
            {"value": read[key], "type": kind, "language": read["language"] or feed["language"]}
            for key, kind in (("content_html", "text/html"), ("content_text", "text/plain"))
            if read[key]
        ],
    )
    dates = {"published": read["date_published"], "updated": read["date_modified"]}
    entry.update({key: date for key, date in dates.items() if date})
    return entry


def _author(said: Mapping[str, Any]) -> str:
    """Return the first author's name; where it is not told as the format has it, none."""
    authors = said.get("authors")
    named = [*(authors if isinstance(authors, list) else ()), said.get("author")]
    names = (_plain(one, "name") for one in named if isinstance(one, Mapping))
    return next(filter(None, names), "")


def _plain(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
