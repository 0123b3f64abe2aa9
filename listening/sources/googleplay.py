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
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from pydantic import Field

from listening.clean import UncleanError
from listening.contract import BrandFile, Mention, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._google import TOKENS, login
from listening.sources._owned import channels, count, dated, follow, inner, review_page, whose
from listening.sources._read import (
    Pager,
    epoch,
    expect,
    field,
    part,
    tell_news,
    text_id,
    whole,
    words,
)

API: Final = "https://androidpublisher.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
SIZE: Final = 100
KNOWN: Final = words("authorName comments reviewId")
SAID: Final = words(
    """androidOsVersion appVersionCode appVersionName device deviceMetadata lastModified
    originalText reviewerLanguage starRating text thumbsDownCount thumbsUpCount"""
)


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
            review=lambda one: _review(one, look),
            reply_of=lambda one: _comment(one, "developerComment"),
            reply=lambda said: (field(said, "text", str), _modified(said)),
            known=KNOWN,
        )  # fmt: skip
        token = str(inner(inner(answer, "tokenPagination"), "nextPageToken") or "")
        if not token:
            return


def _comment(review: Any, name: str) -> Any:
    """Return the newest of a review's comments of one kind."""
    listed = inner(review, "comments")
    found = [inner(one, name) for one in listed] if isinstance(listed, list) else []
    return next((one for one in found if one is not None), None)


def _modified(comment: Any) -> datetime:
    """Return when a comment was last changed; int64 is served as text (JSON of proto3)."""
    seconds = field(field(comment, "lastModified", dict), "seconds", str, int)
    return epoch(whole(str(seconds), "seconds"), "lastModified")


def _review(review: Any, look: Look) -> Mention:
    name = field(review, "reviewId", str)
    field(review, "comments", list)
    said = _comment(review, "userComment")
    if said is None:
        raise UncleanError("missing_field", "no comment is a userComment")
    tell_news("googleplay", [said], SAID)
    title, tab, text = (part(said, "originalText", str) or field(said, "text", str)).partition("\t")
    app = look.settings["app"]
    return Mention(
        source="googleplay",
        native_id=name,
        text=text if tab else title,
        title=title if tab else "",
        url=f"https://play.google.com/store/apps/details?id={app}&reviewId={quote(name)}",
        author_name=part(review, "authorName", str),
        **dated(look, name, _modified(said)),  # type: ignore[arg-type]
        observed_at=look.started_at,
        kind="review",
        channel="googleplay",
        lang=part(said, "reviewerLanguage", str).replace("_", "-"),
        rating=float(field(said, "starRating", int)),
        likes=count(said, "thumbsUpCount"),
        **whose(look),
    )
