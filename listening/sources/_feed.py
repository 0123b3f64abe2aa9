"""Reads feeds for the sources that are served as one: RSS, Atom, or neither."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from listening.answer import CutError, Response
from listening.sources import SourceChanged
from listening.sources._xml import declares_entities

HARMLESS: Final = ("CharacterEncodingOverride", "NonXMLContentType")  # feedparser's, no cut


def read_feed(response: Response) -> tuple[Response, Any]:
    """Return an answer and its feed, as feedparser reads it; None where it is unchanged.

    Raises:
        CutError: it is not whole XML.
        SourceChanged: it is no feed, or declares entities.
    """
    import feedparser

    if response.unchanged:
        return response, None
    if declares_entities(response.body):
        raise SourceChanged("the feed declares XML entities", where=response.url)
    # A stream, not bytes: feedparser would try to open a file of that name. Relative links are
    # resolved here, against the address asked; ids stay as served.
    parsed = feedparser.parse(
        io.BytesIO(response.body),
        response_headers={"content-type": response.headers.get("Content-Type", "")},
        resolve_relative_uris=False,
    )
    fault = parsed.get("bozo_exception") if parsed.bozo else None
    if re.match(rb"\s*<(!doctype html|html)\b", response.body, re.IGNORECASE):
        raise SourceChanged(
            "an HTML page where a feed was due", where=response.url, mend="Look at the page"
        )
    if fault is not None and type(fault).__name__ not in HARMLESS:
        raise CutError(f"no whole feed: {fault}")
    if not parsed.version:
        raise CutError("no feed")
    return response, parsed
