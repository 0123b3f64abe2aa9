"""CFPB: what consumers complain of to the US Consumer Financial Protection Bureau, by company.

Written from github.com/cfpb/ccdb5-api (serializer, builders, throttling, swagger) and the answers
kept in the tests of github.com/cfpb/ccdb5-ui; read 2026-11. No account; 20 searches a minute.

The database is indexed once a day, so it is asked twice a day. A complaint is published when its
company has answered, or 15 days after it came, and may gain its consumer's words and the company's
answer later: two months are read again. Dates know no time. Names and numbers in the words are
blanked by the bureau ("XXXX").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, Item, Page
from listening.net.answer import GoneError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone, hear
from listening.sources._queries import search_targets
from listening.sources._read import Pager, api_target, expect
from listening.sources.shape.cfpb import SITE, read_page

API: Final = "/data-research/consumer-complaints/search/api/v1/"
SIZE: Final = 100


class Company(Settings):
    """A company, spelt as the database does, and the brand it is."""

    name: str
    brand: str = ""


class Complaints(Settings):
    """`sources: {cfpb: {companies: [{name: "ACME BANK, N.A.", brand: acme}]}}`; or the queries."""

    base_url: str = SITE
    companies: tuple[Company, ...] = ()
    hours: float = Field(12, ge=0)  # between two looks


def targets(settings: Complaints, brands: BrandFile) -> list[Target]:
    """Return one target per company; without any, one per query, or for the brands' names."""
    if not settings.companies:
        facts = {"brand": "", "hours": settings.hours}
        return search_targets("cfpb", settings.base_url, brands, facts, None)
    facts = {"company": True, "hours": settings.hours}
    return [
        api_target(
            one.name.lower(), settings.base_url, {**facts, "texts": [one.name], "brand": one.brand}
        )
        for one in settings.companies
    ]


@source(
    name="cfpb",
    relation="off_channel",
    hosts=("www.consumerfinance.gov",),
    auth="none",
    blind_to="Complaints not published yet; the words of consumers who do not share them; changes "
    "after two months",
    verified="recorded",
    uncounted="complaints have no counts",
    settings=Complaints,
    targets=targets,
    pace=3.0,
    memory=timedelta(days=7),
    overlap=timedelta(days=60),
    horizon=timedelta(days=90),
    slice=timedelta(days=30),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the complaints of two months, then what was taken back."""
    yield from hear(look, lambda text: _found(look, text), lambda one: _again(look, one))


def _found(look: Look, text: str) -> Iterator[Page]:
    """Yield the complaints of one company, or with one wording, the newest first."""
    words = {"company": text} if look.settings.get("company") else {
        "search_term": f'"{text}"', "field": "all"}  # fmt: skip
    asked = {"date_received_min": look.since.date(), "sort": "created_date_desc", **words}
    if look.until:
        asked["date_received_max"] = look.until.date() + timedelta(days=1)  # exclusive
    pager, hits = Pager(look.target.name), [None] * SIZE
    while len(hits) == SIZE:
        url, answer = _ask(look, "", {**asked, "size": SIZE})
        hits = expect(expect(answer, "hits", dict, url), "hits", list, url)
        page = read_page(look, hits, url)
        if hits:
            pager.turn(item.native_id for item in page.items)
            sort = expect(hits[-1], "sort", list, url)
            asked["search_after"] = "_".join(map(str, sort))
        yield page


def _ask(look: Look, path: str, asked: Mapping[str, Any]) -> tuple[str, Any]:
    url = f"{look.settings['base_url']}{API}{path}"
    plain = {} if path else {"no_aggs": "true", "no_highlight": "true"}
    return url, look.http.get_json(url, {**asked, **plain})


def _again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a complaint as it stands now; one that is not found was taken back."""
    try:
        url, answer = _ask(look, native_id, {})
        hits = expect(expect(answer, "hits", dict, url), "hits", list, url)
    except GoneError:
        hits = []
    yield from read_page(look, hits, native_id).items if hits else gone(look, "cfpb", [native_id])
