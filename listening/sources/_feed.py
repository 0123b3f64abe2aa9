"""Reads feeds for the sources that are served as one: RSS, Atom, JSON, or neither."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from typing import Any, Final

from listening.net.answer import CutError, Response, conditions
from listening.net.guard import shown
from listening.sources import Look, SourceChanged
from listening.sources._jsonfeed import is_json_feed, read_json_feed
from listening.sources._xml import declares_entities, is_whole

_UNMARKED: Final = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}  # which feedparser takes for UTF-8
ROOTS: Final = ("rss", "feed", "rdf")
ENTRIES: Final = ("item", "entry")
# Channel Definition Format (1997), which feedparser reads, but gives no version.
_CDF: Final = re.compile(
    rb"\s*(<\?xml[^>]*>|<!--.*?-->|\s)*<channel[\s>]", re.DOTALL | re.IGNORECASE
)
HARMLESS: Final = ("CharacterEncodingOverride", "NonXMLContentType")  # feedparser's, no cut

log = logging.getLogger(__name__)


def fetch_feed(look: Look) -> tuple[Response, Any, str] | None:
    """Return a feed's answer, the feed in feedparser's form and its hash; None: nothing changed.

    Raises:
        ListeningError: it cannot be had, or is no feed; see `read_feed`.
    """
    asked = conditions(look.cursor)
    response, parsed = look.http.fetch(look.settings["url"], read_feed, headers=asked)
    body = hashlib.sha256(response.body).hexdigest()
    if response.unchanged or body == look.cursor.get("body"):
        return None
    return response, parsed, body


def read_feed(response: Response) -> tuple[Response, Any]:
    """Return an answer and its feed, in feedparser's form; None where it is unchanged.

    Many feeds are no well-formed XML for one bare ampersand or `&nbsp;`. One that is there to its
    end is read all the same; one that is not was cut.

    Raises:
        CutError: it is not whole XML.
        SourceChanged: it is no feed, or declares entities.
    """
    import feedparser

    if response.unchanged:
        return response, None
    if is_json_feed(response):
        return response, read_json_feed(response)
    if declares_entities(response.body):
        raise SourceChanged("the feed declares XML entities", where=response.url)
    # A stream, not bytes: feedparser would try to open a file of that name. Relative links are
    # resolved here, against the address asked; ids stay as served.
    parsed = feedparser.parse(
        io.BytesIO(_marked(response.body)),
        response_headers={"content-type": response.headers.get("Content-Type", "")},
        resolve_relative_uris=False,
    )
    fault = parsed.get("bozo_exception") if parsed.bozo else None
    if re.match(rb"\s*<(!doctype html|html)\b", response.body, re.IGNORECASE):
        raise SourceChanged(
            "an HTML page where a feed was due", where=response.url, mend="Look at the page"
        )
    if fault is not None and type(fault).__name__ not in HARMLESS:
        if not is_whole(decoded(response.body, parsed), ROOTS, ENTRIES):
            raise CutError(f"no whole feed: {fault}")
        log.warning("%s is no well-formed XML, read all the same: %s", shown(response.url), fault)
    if not (parsed.version or _CDF.match(response.body)):
        raise CutError("no feed")
    return response, parsed


def _marked(body: bytes) -> bytes:
    encoding = _UNMARKED.get(body[:2])
    return body.decode(encoding, "replace").encode() if encoding else body


def decoded(body: bytes, parsed: Any) -> str:
    """Return a feed's text in the encoding that feedparser found it to be in."""
    try:
        return body.decode(parsed.get("encoding") or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
