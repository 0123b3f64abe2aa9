"""CC-NEWS: the news pages that Common Crawl collects, since August 2016; made for the past.

Written from commoncrawl.org (news crawl, its paths and terms of use) and ISO 28500 as warcio reads
it; read 2026-11. No account.

Each month has a list of files of a gigabyte, some ten a day, named by when they were begun. A file
goes to the disk; pages with a name in their bytes are read as those of `web` are, the others are
only listed. Common Crawl obeyed the sites' robots.txt when it came; its own is obeyed here. A
crawl stops after so many gigabytes, and the next goes on with the file behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, Coverage, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._api import blind, is_due, searched
from listening.sources._ccnews import GIGABYTE, list_files, read_file
from listening.sources._queries import search_targets

SITE: Final = "https://data.commoncrawl.org"
LISTED: Final = 10_000  # pages a crawl lists of what no query covers; the others are counted


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
    for begun, url in list_files(look):
        if spent >= look.settings["gigabytes"] * GIGABYTE:
            reason = f"{spent / GIGABYTE:.1f} GB were read; the next crawl goes on at {begun}"
            yield Page((), 0, coverage=Coverage("capped", reason=reason))
            return
        sizes: list[int] = []
        items, passed = read_file(look, url, sizes)
        told = f"{len(passed) - room:,} pages that concern no query were counted, not listed"
        coverage = Coverage("complete", reason=told) if len(passed) > room else None
        items += passed[:room]
        spent, room = spent + sum(sizes), max(0, room - len(passed))
        at = {"at": begun.isoformat()}
        yield Page(tuple(items), len(items), {**look.cursor, **at}, coverage)
    yield Page((), 0, searched(look, at))
