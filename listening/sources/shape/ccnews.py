"""What a page of a CC-NEWS file looks like: a WARC record, read without its network."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Final

from requests.structures import CaseInsensitiveDict

from listening.contract import Item, Mention, Reject
from listening.net.answer import Response, TransientError
from listening.net.wall import WalledError
from listening.sources import Look
from listening.sources._page import read_page
from listening.sources._read import digest, instant

MOST_PAGE: Final = 2_000_000  # bytes of one page that are looked at
CHUNK: Final = 65_536
LONGEST: Final = 480  # characters of an id
KEPT: Final = ("Content-Type", "tdm-reservation")  # headers that say how to read a page


def read_pages(file: IO[bytes], url: str) -> Iterator[bytes]:
    """Yield each page of a WARC: a line of JSON that says where and when, then its bytes.

    Raises:
        TransientError: the file is cut, or no WARC.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    whole = False
    try:
        for record in ArchiveIterator(file):
            if record.rec_type == "response" and record.http_headers:
                told = {name: record.http_headers.get_header(name) for name in KEPT}
                told["url"] = record.rec_headers.get_header("WARC-Target-URI")
                told["at"] = record.rec_headers.get_header("WARC-Date")
                yield json.dumps(told).encode() + b"\n" + record.content_stream().read(MOST_PAGE)
            while record.raw_stream.read(CHUNK):  # to its end, or to the file's
                pass
            whole = not getattr(record.raw_stream, "limit", 0)  # warcio is silent about a cut
            if not whole:
                break
    except (ArchiveLoadFailed, EOFError, zlib.error):
        whole = False
    if not whole:
        mend = "The next crawl asks for it again; if it goes on, look at the file"
        raise TransientError("no whole WARC", where=url, mend=mend)


def read_head(page: bytes, look: Look) -> Mention:
    """Return a page as what is known of it without reading it."""
    told = json.loads(page.partition(b"\n")[0])
    url = str(told["url"])
    name = url.partition("://")[2].partition("#")[0]
    return Mention(
        source="ccnews",
        native_id=name if len(name) <= LONGEST else f"{name[:LONGEST]}#{digest(name)}",
        text="",
        url=url,
        published_at=instant(str(told["at"]), "WARC-Date"),
        observed_at=look.started_at,
        channel="news",
    )


def read_page_of(page: bytes, look: Look) -> Item:
    """Return a page as it reads; one that says nothing is a reject."""
    head, _, body = page.partition(b"\n")
    bare, told = read_head(page, look), json.loads(head)
    headers = CaseInsensitiveDict({name: told[name] for name in KEPT if told[name]})
    response = Response(bare.url, 200, headers, body)
    try:
        item = read_page(
            response, native_id=bare.native_id, changed=None, known=None, seen=bare.published_at,
            brand="",
        )  # fmt: skip
    except WalledError as error:
        return Reject("ccnews", bare.native_id, "no_text", error.what)
    if isinstance(item, Mention):
        return replace(item, source="ccnews", channel="news", observed_at=look.started_at)
    return replace(item, source="ccnews") if isinstance(item, Reject) else item
