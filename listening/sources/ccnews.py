"""CC-NEWS: the news pages that Common Crawl collects, since August 2016; made for the past.

Written from commoncrawl.org (news crawl, its paths and terms of use) and ISO 28500 as warcio reads
it; read 2026-11. No account.

Each month has a list of files of a gigabyte, some ten a day, named by when they were begun. A file
goes to the disk; pages with a name in their bytes are read as those of `web` are, the others are
only listed. Common Crawl obeyed the sites' robots.txt when it came; its own is obeyed here. A
crawl stops after so many gigabytes, and the next goes on with the file behind.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO, Final

from pydantic import Field
from requests.structures import CaseInsensitiveDict

from listening.contract import BrandFile, Coverage, Item, Mention, Page, Reject
from listening.http import AGENT
from listening.net.answer import DeniedError, GoneError, Response, TransientError, unpack
from listening.net.wall import WalledError
from listening.query.search import topic_filter
from listening.query.syntax import WORD
from listening.sources import Look, Settings, SourceChanged, Target, source
from listening.sources._api import blind, is_due, searched
from listening.sources._page import read_page
from listening.sources._queries import search_targets
from listening.sources._read import NOT_PUBLIC, digest, instant

SITE: Final = "https://data.commoncrawl.org"
GIGABYTE: Final = 1_000_000_000
MOST_BYTES: Final = 2 * GIGABYTE  # of one file
MOST_PAGE: Final = 2_000_000  # bytes of one page that are looked at
LISTED: Final = 10_000  # pages a crawl lists of what no query covers; the others are counted
CHUNK: Final = 65_536
LONGEST: Final = 480  # characters of an id
KEPT: Final = ("Content-Type", "tdm-reservation")  # headers that say how to read a page
NAME: Final = re.compile(r"CC-NEWS-(\d{14})-\d+\.warc\.gz")


class Crawls(Settings):
    """`sources: {ccnews: {gigabytes: 20}}`, of one crawl."""

    base_url: str = SITE
    gigabytes: float = Field(5, gt=0)
    hours: float = Field(6, ge=0)  # between two looks at the list of files


def targets(settings: Crawls, brands: BrandFile) -> list[Target]:
    """Return one target, for a file is read once for all queries."""
    facts = settings.model_dump(include={"gigabytes", "hours"})
    found = search_targets("ccnews", settings.base_url, brands, facts, None)
    texts = [text for one in found for text in one.settings["texts"]]
    bound = all(one.settings["texts"] for one in found)
    settled = {**found[0].settings, "texts": list(dict.fromkeys(texts)) if bound else []}
    return [replace(found[0], name="news", settings=settled)]


@source(
    name="ccnews",
    relation="off_channel",
    hosts=("data.commoncrawl.org",),
    auth="none",
    blind_to="News its crawler never met; pages whose sites reserve themselves from text mining; "
    "comments and counts; corrections and withdrawals",
    verified="shape",
    uncounted="pages tell no counts",
    settings=Crawls,
    targets=targets,
    pace=1.0,
    memory=timedelta(days=30),
    horizon=timedelta(days=1),
    slice=timedelta(days=1),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield each file from the cursor on as a page; the cursor moves with each."""
    if not is_due(look):
        return
    if not look.settings["texts"]:
        yield blind()
        return
    at: dict[str, str] = {}
    spent, room = 0, LISTED
    for begun, url in _files(look):
        if spent >= look.settings["gigabytes"] * GIGABYTE:
            reason = f"{spent / GIGABYTE:.1f} GB were read; the next crawl goes on at {begun}"
            yield Page((), 0, coverage=Coverage("capped", reason=reason))
            return
        sizes: list[int] = []
        items, passed = _read(look, url, sizes)
        told = f"{len(passed) - room:,} pages that concern no query were counted, not listed"
        coverage = Coverage("complete", reason=told) if len(passed) > room else None
        items += passed[:room]
        spent, room = spent + sum(sizes), max(0, room - len(passed))
        at = {"at": begun.isoformat()}
        yield Page(tuple(items), len(items), {**look.cursor, **at}, coverage)
    yield Page((), 0, searched(look, at))


def _files(look: Look) -> Iterator[tuple[datetime, str]]:
    """Yield the files begun since the cursor, and their addresses, in order.

    Raises:
        DeniedError: robots.txt forbids them.
        SourceChanged: a list is none.
    """
    base, until = look.settings["base_url"], look.until or look.started_at
    month = look.since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= until:
        url = f"{base}/crawl-data/CC-NEWS/{month:%Y/%m}/warc.paths.gz"
        if not look.http.robots(url).can_fetch(url, AGENT):
            raise DeniedError("robots.txt forbids it", where=url)
        for begun, path in _listed(look, url):
            if look.since < begun <= until:
                yield begun, f"{base}/{path}"
        month = (month + timedelta(days=32)).replace(day=1)


def _listed(look: Look, url: str) -> list[tuple[datetime, str]]:
    try:
        body = look.http.get(url).body
    except GoneError:  # nothing of this month yet
        return []
    try:
        lines = unpack(body).decode("ascii").split()
        named = [(NAME.search(line)[1], line) for line in lines]  # type: ignore[index] # or so
        return sorted((instant(f"{stamp[:8]}T{stamp[8:]}Z", "name"), line) for stamp, line in named)
    except (ValueError, TypeError, EOFError, zlib.error) as error:
        mend = "Look at the answer in the WARC: an error page, or files of another name"
        raise SourceChanged("no list of files", where=url, mend=mend) from error


def _read(look: Look, url: str, sizes: list[int]) -> tuple[list[Item], list[Item]]:
    """Return what concerns a query, and the pages that concern none; note the file's size."""

    def split(file: IO[bytes]) -> Iterator[bytes]:
        sizes.append(file.seek(0, os.SEEK_END))
        file.seek(0)
        yield from _pages(file, url)

    wordings = [WORD.findall(text.casefold()) for text in look.settings["texts"]]
    on_topic = topic_filter(look.brands, "ccnews", look.target.relation or "off_channel")
    items: list[Item] = []
    passed: list[Item] = []
    for number, page in enumerate(look.http.bulk(url, split, MOST_BYTES)):
        bare, folded = _bare(page, look), page.decode("utf-8", "replace").casefold()
        named = any(all(word in folded for word in words) for words in wordings)
        named = named or on_topic(bare) is not None  # by its address
        item = _mention(page, look) if named else bare
        if isinstance(item, Mention) and on_topic(item) is None:
            passed.append(item)
            continue
        items.append(item)
        if isinstance(item, Reject) and item.reason == NOT_PUBLIC:
            continue
        look.http.recorder.resource(f"{url}#{number}", page, look.started_at, "text/plain")
    return items, passed


def _pages(file: IO[bytes], url: str) -> Iterator[bytes]:
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


def _bare(page: bytes, look: Look) -> Mention:
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


def _mention(page: bytes, look: Look) -> Item:
    """Return a page as it reads; one that says nothing is a reject."""
    head, _, body = page.partition(b"\n")
    bare, told = _bare(page, look), json.loads(head)
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
