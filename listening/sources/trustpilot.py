"""Trustpilot: the public reviews of a business unit, and what the company answered.

Written from documentation-apidocumentation.trustpilot.com (business units, service reviews;
v1), read 2026-11; tested on documented shapes. An API key is the password of the connection.
The private reviews, which tell email addresses and orders, are not asked for.

Reviews are listed by when they were written, so an edit or answer is seen as long as the
review is within the overlap. One that vanished is asked for by its id: 404 means deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, Item, Page
from listening.net.answer import GoneError
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone, one_by_one
from listening.sources._counted import Window, turn_pages
from listening.sources._owned import REPLY, channels, follow, inner, is_old
from listening.sources._read import expect, page_of
from listening.sources.shape.trustpilot import read_counts, read_page

API: Final = "https://api.trustpilot.com/v1"
SIZE: Final = 100


class Unit(Settings):
    """A business unit by its id, and the brand it is."""

    id: str = Field(pattern=r"^[0-9a-f]{24}$")
    brand: str


class Units(Settings):
    """`sources: {trustpilot: {units: [{id: 4bdd5dc1…, brand: acme}]}}`."""

    units: tuple[Unit, ...] = Field(min_length=1)
    connection: str = "trustpilot"
    base_url: str = API


def targets(settings: Units, brands: BrandFile) -> list[Target]:
    """Return one target per business unit."""
    return channels("trustpilot", settings, "units", "unit", brands)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield how many liked each review; an answer is not liked."""
    reviews = (one for one in ids if not one.endswith(REPLY))
    yield from one_by_one(reviews, lambda one: _counted(look, one))


def _counted(look: Look, native_id: str) -> Sequence[Item]:
    try:
        url, review = _ask(look, f"/reviews/{native_id}")
    except GoneError:
        return gone(look, "trustpilot", [native_id])
    return page_of("trustpilot", url, [review], lambda one: read_counts(one, look), "id").items


@source(
    name="trustpilot",
    relation="owned",
    hosts=("api.trustpilot.com",),
    auth="an API key",
    blind_to="Edits and deletions of reviews older than two weeks; reviews under dispute while "
    "they are hidden; orders and addresses, which are not asked for",
    verified="shape",
    settings=Units,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=14),
    horizon=timedelta(days=3650),
    memory=timedelta(days=15),
    backfills=True,
    recount=recount,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield reviews with their answers, newest first, then what vanished."""
    path = f"/business-units/{look.settings['unit']}/reviews"

    def turn(window: Window) -> tuple[Page, bool]:
        asked = {"orderBy": "createdat.desc", "perPage": window.size, "page": window.page}
        url, answer = _ask(look, path, asked)
        reviews = expect(answer, "reviews", list, url)
        following = any(inner(one, "rel") == "next-page" for one in answer.get("links") or ())
        page = read_page(look, reviews, url)
        return page, (following or len(reviews) >= window.size) and not is_old(look, page)

    def again(native_id: str) -> tuple[Item, ...]:
        url, review = _ask(look, f"/reviews/{native_id.removesuffix(REPLY)}")
        return read_page(look, [review], url).items

    yield from follow(look, "trustpilot", turn_pages(path, SIZE, turn), again)


def _ask(look: Look, path: str, asked: dict[str, Any] | None = None) -> tuple[str, Any]:
    key = need_credential(look.settings["connection"], '{"password": "an API key"}')
    url = f"{look.settings['base_url']}{path}"
    return url, look.http.get_json(url, asked, {"apikey": key.password})
