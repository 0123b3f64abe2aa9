"""GDELT DOC 2.0: the headlines of the world's news that a query finds, of the last three months.

Written from blog.gdeltproject.org/gdelt-doc-2-0-api-debuts, the client alex9smith/gdelt-doc-api
(its issue 5) and a documented answer; read 2026-11. No account. One request in five seconds, and
429 sheds load beyond that; the 15-minute files (`gdelt`) are the main way, this the light one.

A list ends at 250 articles and has no second page, so a window of time is halved. A search it does
not like is answered with status 200 and a sentence. Dates are when GDELT first saw an article.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, ListeningError, Mention, Page
from listening.net.answer import LaterError, Response, read_json
from listening.query.search import Dialect
from listening.sources import Look, Settings, Target, source
from listening.sources._api import halve, hear
from listening.sources._queries import search_targets
from listening.sources._read import expect, field, instant, page_of, words

API: Final = "https://api.gdeltproject.org"
SIZE: Final = 250
QUARTER: Final = timedelta(minutes=15)
OVER: Final = f"{SIZE} articles or more in 15 minutes, of which the API shows no more"
STAMP: Final = "%Y%m%d%H%M%S"
WORDS: Final = Dialect(most=240, none_of="-", fields={"site": "domain:"})  # length unverified
KNOWN: Final = words("domain language seendate socialimage sourcecountry title url url_mobile")


class News(Settings):
    """`sources: {gdelt_doc: {}}`."""

    base_url: str = API
    hours: float = Field(0.25, ge=0)  # between two searches


def targets(settings: News, brands: BrandFile) -> list[Target]:
    """Return one target per query that covers this search, else one for the brands' names."""
    return search_targets("gdelt_doc", settings.base_url, brands, {"hours": settings.hours}, WORDS)


@source(
    name="gdelt_doc",
    relation="off_channel",
    hosts=("api.gdeltproject.org",),
    auth="none",
    blind_to="All but headlines; articles that name the brand only in their text; news older than "
    "three months; more than 250 articles in 15 minutes; corrections and withdrawals",
    verified="shape",
    uncounted="GDELT counts nothing of an article",
    settings=News,
    targets=targets,
    pace=5.0,
    overlap=timedelta(hours=1),
    horizon=timedelta(days=7),
    slice=timedelta(days=1),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the articles of each search; the cursor moves at the end."""
    yield from hear(look, lambda text: _found(look, text))


def _found(look: Look, text: str) -> Iterator[Page]:
    url = f"{look.settings['base_url']}/api/v2/doc/doc"

    def ask(since: datetime, until: datetime) -> list[Any]:
        window = {"startdatetime": f"{since:{STAMP}}", "enddatetime": f"{until:{STAMP}}"}
        asked = {"query": f"({text})" if " OR " in text else text, **window}
        plain = {"mode": "artlist", "format": "json", "maxrecords": SIZE, "sort": "datedesc"}
        answer = look.http.fetch(url, _read, params={**asked, **plain})
        return expect(answer, "articles", list, url) if answer else []  # `{}`: none

    for articles, told in halve(look, ask, lambda one: OVER * (len(one) >= SIZE), QUARTER):
        yield page_of(
            "gdelt_doc", url, articles, lambda one: _mention(one, look), "url", KNOWN, told
        )


def _read(response: Response) -> Any:
    body = response.body.strip()
    if body[:1] not in (b"{", b"<", b""):
        said = body[:200].decode("utf-8", "replace")
        if b"limit requests" in body.lower():
            raise LaterError(said, 5.0)
        mend = "See the query syntax at blog.gdeltproject.org/gdelt-doc-2-0-api-debuts"
        raise ListeningError(f"GDELT says: {said}", where=response.url, mend=mend)
    return read_json(response) if body else {}


def _mention(raw: Any, look: Look) -> Mention:
    url, title = field(raw, "url", str), field(raw, "title", str)
    return Mention(
        source="gdelt_doc",
        native_id=url,
        text="",
        title=title,
        url=url,
        author=field(raw, "domain", str),
        published_at=instant(field(raw, "seendate", str), "seendate"),
        observed_at=look.started_at,
        channel="news",
        warnings=("first_seen", "headline_only"),
    )
