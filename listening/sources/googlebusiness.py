"""Google Business: the reviews of a brand's places on Google Maps, and what it answered.

Written from developers.google.com/my-business (accounts.locations.reviews; v4), read 2026-11;
tested on documented shapes. Google grants access on request; the connection is a refresh token
of somebody who manages the place.

Stars are words (`FIVE`). Since 2026-06-17 reviews may be missing from the second page on: the
ledger then says `partial`, and the newest page, which is whole, is read by every crawl. So what
is missing is asked for by its name, and only Google's own 404 makes it deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from listening.clean import UncleanError
from listening.contract import BrandFile, Coverage, Item, Mention, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._google import TOKENS, login
from listening.sources._owned import REPLY, channels, follow, inner, review_page, walk, whose
from listening.sources._read import expect, field, instant, part, words

API: Final = "https://mybusiness.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/business.manage"
SIZE: Final = 50
STARS: Final = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
UNRATED: Final = "STAR_RATING_UNSPECIFIED"
HOLE: Final = "reviews may be missing from the second page on (Google's fault, 2026-06-17)"
KNOWN: Final = words(
    "comment createTime name reviewId reviewMediaItems reviewReply reviewer starRating updateTime"
)


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
        return _page(look, reviews, url, told), str(inner(answer, "nextPageToken") or "")

    def again(native_id: str) -> tuple[Item, ...]:
        one = f"{url}/{native_id.removesuffix(REPLY)}"
        return _page(look, [look.http.get_json(one, None, headers)], one).items

    yield from follow(look, "googlebusiness", walk(look, url, turn), again)


def _page(look: Look, reviews: list[Any], url: str, told: Coverage | None = None) -> Page:
    page = review_page(
        look, "googlebusiness", url, reviews,
        id_field="reviewId",
        review=lambda one: _review(one, look),
        reply_of=lambda one: inner(one, "reviewReply"),
        reply=_reply,
        known=KNOWN,
    )  # fmt: skip
    return Page(page.items, page.served, coverage=told)


def _review(review: Any, look: Look) -> Mention:
    reviewer = part(review, "reviewer", dict)
    created = instant(field(review, "createTime", str), "createTime")
    updated = instant(field(review, "updateTime", str), "updateTime")
    return Mention(
        source="googlebusiness",
        native_id=field(review, "reviewId", str),
        text=_original(part(review, "comment", str)),
        author_name="" if reviewer.get("isAnonymous") else part(reviewer, "displayName", str),
        published_at=created,
        edited_at=updated if updated > created else None,
        observed_at=look.started_at,
        kind="review",
        channel="googlebusiness",
        region=look.settings["region"],
        rating=_stars(field(review, "starRating", str)),
        **whose(look),
    )


def _stars(word: str) -> float | None:
    """Return a rating that is told in words.

    Raises:
        UncleanError: a word we do not know (bad_rating).
    """
    if word not in STARS and word != UNRATED:
        raise UncleanError("bad_rating", f"starRating {word[:60]!r} is none we know")
    return STARS.get(word)


def _original(comment: str) -> str:
    """Return what was written: Google puts its translation before or behind it."""
    if found := re.search(r"\(Original\)\s*(.+)", comment, re.DOTALL):
        return found[1].strip()
    return comment.partition("(Translated by Google)")[0].strip() or comment


def _reply(said: Any) -> tuple[str, datetime]:
    return field(said, "comment", str), instant(field(said, "updateTime", str), "updateTime")
