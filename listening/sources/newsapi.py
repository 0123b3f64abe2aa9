"""NewsAPI: articles of some 150,000 news sites that a query finds, without their full text.

Written from newsapi.org/docs (everything, errors, pricing) and the client mattlisiv/newsapi-python;
read 2026-11. An API key. The free plan gives 100 requests a day, news of yesterday at the
earliest and of a month ago at the latest, and no second page. So none is asked: a window of time
with more than a page of hits is halved. Texts end after 200 characters; what a publisher took
back is served as "[Removed]", without its address, and is counted, not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from listening.clean import UncleanError, strip_html
from listening.contract import BrandFile, Mention, Page
from listening.net.credential import need_credential
from listening.net.meter import Budget
from listening.query.search import Dialect
from listening.sources import Look, Settings, Target, source
from listening.sources._api import disguised, halve, hear, stamp
from listening.sources._queries import search_targets
from listening.sources._read import NOT_PUBLIC, expect, field, instant, page_of, part, words

API: Final = "https://newsapi.org"
SIZE: Final = 100
WORDS: Final = Dialect(most=500, all_of=" AND ", none_of=" NOT ")
LIMITS: Final = {b"rateLimited": 3_600.0, b"apiKeyExhausted": 21_600.0}  # a plan's requests
CUT: Final = re.compile(r"\s*(…|\.\.\.)?\s*\[\+\d+ chars\]\s*$")
REMOVED: Final = "[Removed]"
KNOWN: Final = words("author content description publishedAt source title url urlToImage")


class News(Settings):
    """`sources: {newsapi: {cap: 100}}`, in requests a day; `language: de` narrows it."""

    base_url: str = API
    language: str = ""
    hours: float = Field(1, ge=0)  # between two searches
    cap: float | None = None
    connection: str = "newsapi"


def targets(settings: News, brands: BrandFile) -> list[Target]:
    """Return one target per query that covers NewsAPI, else one for the brands' names."""
    facts = settings.model_dump(include={"language", "hours", "cap", "connection"})
    return search_targets("newsapi", settings.base_url, brands, facts, WORDS)


@source(
    name="newsapi",
    relation="off_channel",
    hosts=("newsapi.org",),
    auth="an API key",
    blind_to="Articles that name the brand only behind their first 200 characters; with the free "
    "plan the last day and what is older than a month; more than 100 articles a minute; "
    "corrections older than a day",
    verified="recorded",
    uncounted="articles have no counts",
    settings=News,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=1),
    horizon=timedelta(days=28),
    slice=timedelta(days=7),
    budget=Budget({"request": 1}, "requests", "day", cap=100),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the articles of each search; the cursor moves at the end."""
    yield from hear(look, lambda text: _found(look, text))


def _found(look: Look, text: str) -> Iterator[Page]:
    url, facts = f"{look.settings['base_url']}/v2/everything", look.settings
    key = need_credential(facts["connection"], "password: an API key of newsapi.org").password
    asked = {"q": text, "sortBy": "publishedAt", "pageSize": SIZE}
    asked |= {"language": facts["language"]} if facts["language"] else {}

    def ask(since: datetime, until: datetime) -> Any:
        window = {"from": stamp(since), "to": stamp(until)}
        with disguised(url, LIMITS), look.pay(request=1):
            return look.http.get_json(url, asked | window, {"X-Api-Key": key})

    def over(answer: Any) -> str:
        found = expect(answer, "totalResults", int, url)
        return f"{found} articles in one minute are more than a page" if found > SIZE else ""

    for answer, told in halve(look, ask, over, timedelta(minutes=1)):
        articles = expect(answer, "articles", list, url)
        yield page_of("newsapi", API, articles, lambda one: _mention(one, look), "url", KNOWN, told)


def _mention(article: Any, look: Look) -> Mention:
    url, title = field(article, "url", str), part(article, "title", str)
    if title == REMOVED:
        raise UncleanError(NOT_PUBLIC, "its publisher took it back")
    site = part(field(article, "source", dict), "name", str)
    lead = strip_html(part(article, "description", str))
    begin = strip_html(CUT.sub("", part(article, "content", str)))
    text = begin if begin.startswith(lead) else "\n".join(filter(None, (lead, begin)))
    return Mention(
        source="newsapi",
        native_id=url,
        text=text,
        title=strip_html(title),
        url=url,
        author=part(article, "author", str) or site,
        author_name=site,
        published_at=instant(field(article, "publishedAt", str), "publishedAt"),
        observed_at=look.started_at,
        channel="news",
        lang=look.settings["language"],
        warnings=("cut",),
    )
