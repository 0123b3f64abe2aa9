"""Finds the files of CC-NEWS that were begun since the cursor, and reads what concerns a query."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, Final

from listening.contract import Item, Mention, Reject
from listening.http import AGENT
from listening.net.answer import DeniedError, GoneError, unpack
from listening.query.search import topic_filter
from listening.query.syntax import WORD
from listening.sources import Look, SourceChanged
from listening.sources._read import NOT_PUBLIC, instant
from listening.sources.shape.ccnews import read_head, read_page_of, read_pages

GIGABYTE: Final = 1_000_000_000
MOST_BYTES: Final = 2 * GIGABYTE  # of one file
NAME: Final = re.compile(r"CC-NEWS-(\d{14})-\d+\.warc\.gz")


def list_files(look: Look) -> Iterator[tuple[datetime, str]]:
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


def read_file(look: Look, url: str, sizes: list[int]) -> tuple[list[Item], list[Item]]:
    """Return what concerns a query, and the pages that concern none; note the file's size."""

    def split(file: IO[bytes]) -> Iterator[bytes]:
        sizes.append(file.seek(0, os.SEEK_END))
        file.seek(0)
        yield from read_pages(file, url)

    wordings = [WORD.findall(text.casefold()) for text in look.settings["texts"]]
    on_topic = topic_filter(look.brands, "ccnews", look.target.relation or "off_channel")
    items: list[Item] = []
    passed: list[Item] = []
    for number, page in enumerate(look.http.bulk(url, split, MOST_BYTES)):
        bare, folded = read_head(page, look), page.decode("utf-8", "replace").casefold()
        named = any(all(word in folded for word in words) for words in wordings)
        named = named or on_topic(bare) is not None  # by its address
        item = read_page_of(page, look) if named else bare
        if isinstance(item, Mention) and on_topic(item) is None:
            passed.append(item)
            continue
        items.append(item)
        if isinstance(item, Reject) and item.reason == NOT_PUBLIC:
            continue
        look.http.recorder.resource(f"{url}#{number}", page, look.started_at, "text/plain")
    return items, passed
