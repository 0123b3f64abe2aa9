"""Google Play: the reviews of an own app, and what its developer answered.

Written from developers.google.com/android-publisher (reviews; v3), read 2026-11; tested on a
recorded review of version 2 and documented answers. The connection is a service account that Play
Console lets read reviews.

The API tells of reviews written or changed in the last seven days only (unverified), and of no
deletion. `lastModified` is the only date and moves with an edit: the first one seen stays the
day of publication. A title is what stands before the first tab of a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from pydantic import Field

from listening.contract import BrandFile, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._google import TOKENS, login
from listening.sources._owned import channels, follow, inner, review_page
from listening.sources._read import Pager, expect, field, text_id
from listening.sources.shape.googleplay import KNOWN, modified_at, newest_comment, read_review

API: Final = "https://androidpublisher.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
SIZE: Final = 100


class App(Settings):
    """An app by its package name, and the brand whose app it is."""

    id: str = Field(pattern=r"^[A-Za-z]\w*(\.[A-Za-z]\w*)+$")
    brand: str


class Apps(Settings):
    """`sources: {googleplay: {apps: [{id: com.acme.kettle, brand: acme}]}}`."""

    apps: tuple[App, ...] = Field(min_length=1)
    connection: str = "googleplay"
    base_url: str = API
    token_url: str = TOKENS


def targets(settings: Apps, brands: BrandFile) -> list[Target]:
    """Return one target per app."""
    return channels("googleplay", settings, "apps", "app", brands)


@source(
    name="googleplay",
    relation="owned",
    hosts=("androidpublisher.googleapis.com", "oauth2.googleapis.com"),
    auth="a service account's key",
    blind_to="Reviews not written or changed in the last seven days; ratings without a text; "
    "deletions; the country",
    verified="recorded",
    uncounted="each crawl counts the last seven days again; the API tells of nothing older",
    settings=Apps,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=7),
    horizon=timedelta(days=7),
    memory=timedelta(days=90),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield all reviews of the last days with their answers; they are in no order to rely on."""
    yield from follow(look, "googleplay", _pages(look))


def _pages(look: Look) -> Iterator[Page]:
    headers = login(look, SCOPE)
    app = quote(look.settings["app"])
    url = f"{look.settings['base_url']}/androidpublisher/v3/applications/{app}/reviews"
    pager, token = Pager(url), ""
    while True:
        asked = {"maxResults": SIZE, **({"token": token} if token else {})}
        answer = look.http.get_json(url, asked, headers)
        # An app without a review is answered by an empty object.
        reviews = expect(answer, "reviews", list, url) if answer else []
        pager.turn(text_id(one, "reviewId") for one in reviews)
        yield review_page(
            look, "googleplay", url, reviews,
            id_field="reviewId",
            review=lambda one: read_review(one, look),
            reply_of=lambda one: newest_comment(one, "developerComment"),
            reply=lambda said: (field(said, "text", str), modified_at(said)),
            known=KNOWN,
        )  # fmt: skip
        token = str(inner(inner(answer, "tokenPagination"), "nextPageToken") or "")
        if not token:
            return
