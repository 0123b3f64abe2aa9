"""GDELT: the world's news, from its files of every 15 minutes (Global Knowledge Graph 2.1).

Written from the GKG 2.1 codebook and blog.gdeltproject.org (lastupdate.txt, page titles since
2019), and the rows of 2017 in the samples of github.com/linwoodc3/gdeltPyR; read 2026-11. No
account; its server has no certificate of its own name, so it is asked in plain http.

A file of some 2,000 articles goes to the disk; what a query covers is kept, of the rest the id. A
row has 27 columns and no text: a title, quotes, and the names that occur, which stand here as the
text. Of some quarters of an hour there is no file; that is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from listening.contract import BrandFile, Coverage, Mention, Page
from listening.net.answer import GoneError
from listening.net.bulk import unzip_lines
from listening.query.search import topic_filter
from listening.sources import Look, Settings, SourceChanged, Target, cursor_instant, source
from listening.sources._read import api_target, read_items, timed
from listening.sources.shape.gdelt import STAMP, read_mention

SITE: Final = "http://data.gdeltproject.org"
QUARTER: Final = timedelta(minutes=15)
MOST_FILES: Final = 96  # of one crawl: a day; the next goes on
MOST_BYTES: Final = 100_000_000  # of one file, zipped; they have 5 to 10 million


class Files(Settings):
    """`sources: {gdelt: {}}`; `translated: true` for news in other languages than English, too."""

    base_url: str = SITE
    translated: bool = False


def targets(settings: Files, _: BrandFile) -> list[Target]:
    """Return the stream of English news, and that of translated news."""
    kinds = {"gkg": "", **({"gkg-translated": "translation."} if settings.translated else {})}
    return [api_target(name, settings.base_url, {"kind": kind}) for name, kind in kinds.items()]


@source(
    name="gdelt",
    relation="off_channel",
    hosts=("data.gdeltproject.org",),
    auth="none",
    blind_to="The text of articles; names that GDELT does not see as such; corrections and "
    "withdrawals; quarters of an hour without a file",
    verified="recorded",
    uncounted="GDELT counts nothing of an article",
    settings=Files,
    targets=targets,
    pace=1.0,
    horizon=timedelta(hours=1),
    slice=timedelta(days=1),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield each file from the cursor to the newest as a page; the cursor moves with each."""
    after = cursor_instant(look.cursor) or look.since
    moment, files = after + QUARTER - _past(after), 0
    if moment > look.started_at:
        return
    newest = min(_newest(look), look.until or look.started_at)
    while moment <= newest:
        if files == MOST_FILES and not look.until:
            reason = f"{MOST_FILES} files were read; the next crawl goes on at {moment.isoformat()}"
            yield Page((), 0, coverage=Coverage("capped", reason=reason))
            return
        yield _page(look, moment)
        moment, files = moment + QUARTER, files + 1


def _past(moment: datetime) -> timedelta:
    """Return how long a quarter of an hour has run."""
    return timedelta(seconds=moment.timestamp() % QUARTER.total_seconds())


def _newest(look: Look) -> datetime:
    """Return the moment of the newest file, as GDELT tells it."""
    kind = "-translation" if look.settings["kind"] else ""
    url = f"{look.settings['base_url']}/gdeltv2/lastupdate{kind}.txt"
    told = look.http.get(url).body
    found = re.search(rb"(\d{14})\.(?:translation\.)?gkg\.csv\.zip", told)
    if not found:
        mend = "Look at the answer in the WARC: an error page, or a new format"
        raise SourceChanged("it names no newest file", where=url, mend=mend)
    return timed(found[1].decode(), STAMP, "the newest file")


def _page(look: Look, moment: datetime) -> Page:
    """Return a file's articles; what no query covers stays an id."""
    facts, cursor = look.settings, {"at": moment.isoformat()}
    url = f"{facts['base_url']}/gdeltv2/{moment:{STAMP}}.{facts['kind']}gkg.csv.zip"
    try:
        rows = list(look.http.bulk(url, unzip_lines, MOST_BYTES))
    except GoneError:
        missing = Coverage("partial", reason=f"GDELT has no file of {moment.isoformat()}")
        return Page((), 0, cursor, missing)
    texts = [row.decode("utf-8", "replace") for row in rows]
    items = read_items(
        "gdelt",
        url,
        texts,
        lambda row: read_mention(row, look),
        lambda row: row.partition("\t")[0][:60],
    )
    on_topic = topic_filter(look.brands, "gdelt", look.target.relation or "off_channel")
    for number, (row, item) in enumerate(zip(rows, items, strict=True)):
        if not isinstance(item, Mention) or on_topic(item) is not None:
            kept = f"{url}#{number}"
            look.http.recorder.resource(kept, row, look.started_at, "text/tab-separated-values")
    return Page(items, len(rows), cursor)
