"""Google Business: the reviews of a brand's places on Google Maps, and what it answered.

Written from developers.google.com/my-business (accounts.locations.reviews; v4), read 2026-11;
tested on documented shapes. Google grants access on request; the connection is a refresh token
of somebody who manages the place.

Stars are words (`FIVE`). Since 2026-06-17 reviews may be missing from the second page on: the
ledger then says `partial`, and the newest page, which is whole, is read by every crawl. So what
is missing is asked for by its name, and only Google's own 404 makes it deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, Coverage, Item, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._google import TOKENS, login
from listening.sources._owned import REPLY, channels, follow, inner, walk
from listening.sources._read import expect
from listening.sources.shape.googlebusiness import read_page

API: Final = "https://mybusiness.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/business.manage"
SIZE: Final = 50
HOLE: Final = "reviews may be missing from the second page on (Google's fault, 2026-06-17)"


class Place(Settings):
    """A location by its name at Google, and the brand whose it is."""

    id: str = Field(pattern=r"^accounts/\d+/locations/\d+$")
    brand: str
    region: str = ""


class Places(Settings):
    """`sources: {googlebusiness: {locations: [{id: accounts/1/locations/2, brand: acme}]}}`."""

    locations: tuple[Place, ...] = Field(min_length=1)
    connection: str = "googlebusiness"
    base_url: str = API
    token_url: str = TOKENS


def targets(settings: Places, brands: BrandFile) -> list[Target]:
    """Return one target per location."""
    return channels("googlebusiness", settings, "locations", "location", brands)


@source(
    name="googlebusiness",
    relation="owned",
    hosts=("mybusiness.googleapis.com", "oauth2.googleapis.com"),
    auth="oauth of a manager of the place, granted by Google",
    blind_to="Reviews that Google leaves out from the second page on, which is told as partial; "
    "questions and answers; likes; reviews of other people's places",
    verified="shape",
    uncounted="the API counts nothing",
    settings=Places,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=30),
    horizon=timedelta(days=3650),
    memory=timedelta(days=31),
    backfills=True,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield reviews with their answers, the last changed first, then what vanished."""
    headers = login(look, SCOPE)
    base = f"{look.settings['base_url']}/v4"
    url = f"{base}/{look.settings['location']}/reviews"

    def turn(token: str) -> tuple[Page, str]:
        asked = {"pageSize": SIZE, "orderBy": "updateTime desc"}
        answer = look.http.get_json(url, {**asked, "pageToken": token} if token else asked, headers)
        # A place without a review is answered by an empty object.
        reviews = expect(answer, "reviews", list, url) if answer else []
        told = Coverage("partial", reason=HOLE) if token else None
        return read_page(look, reviews, url, told), str(inner(answer, "nextPageToken") or "")

    def again(native_id: str) -> tuple[Item, ...]:
        one = f"{url}/{native_id.removesuffix(REPLY)}"
        return read_page(look, [look.http.get_json(one, None, headers)], one).items

    yield from follow(look, "googlebusiness", walk(look, url, turn), again)
