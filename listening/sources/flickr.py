"""Flickr: photos whose title, description or tags hold a query's words, and what is said below.

Written from flickr.com/services/api (photos.search, photos.comments.getList, photos.getInfo) and
the answers recorded in the tests of github.com/Flickr-Foundation/flickr-photos-api; read 2026-11.
An API key, which may ask 3,600 times an hour.

Flickr says every refusal with status 200 and `"stat": "fail"`. A search ends at 4,000 photos
(unverified), so a window of time with more than a page of them is halved. A comment's id holds its
photo's, so one that vanished is looked for there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, Item, Page, Snapshot
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone, halve, hear, one_by_one
from listening.sources._flickr import API, ask_api, comments_of, count_again
from listening.sources._queries import search_targets
from listening.sources._read import expect, page_of, text_id, whole
from listening.sources.shape.flickr import KNOWN, read_photo

SIZE: Final = 250
EXTRAS: Final = (
    "description,date_upload,owner_name,path_alias,tags,views,count_faves,count_comments"
)


class Photos(Settings):
    """`sources: {flickr: {}}`."""

    base_url: str = API
    connection: str = "flickr"
    hours: float = Field(0.25, ge=0)  # between two searches


def targets(settings: Photos, brands: BrandFile) -> list[Target]:
    """Return one target per query that covers Flickr, else one for the brands' names."""
    facts = settings.model_dump(include={"connection", "hours"})
    return search_targets("flickr", settings.base_url, brands, facts, None)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield how often a photo was seen and answered; of a comment Flickr counts nothing."""
    photos = (one for one in ids if "-" not in one)
    yield from one_by_one(photos, lambda one: count_again(look, one))


@source(
    name="flickr",
    relation="off_channel",
    hosts=("api.flickr.com",),
    auth="an API key",
    blind_to="What only the picture shows; photos not shown to everybody; comments on photos older "
    "than a week; more than 250 photos a minute",
    verified="shape",
    settings=Photos,
    targets=targets,
    pace=1.0,
    memory=timedelta(days=7),
    overlap=timedelta(days=7),
    horizon=timedelta(days=30),
    recount=recount,
    slice=timedelta(days=30),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the photos of every wording with their comments, then what vanished."""
    yield from hear(look, lambda text: _found(look, text), lambda one: _again(look, one))


def _found(look: Look, text: str) -> Iterator[Page]:
    def ask(since: datetime, until: datetime) -> Any:
        window = {
            "min_upload_date": int(since.timestamp()),
            "max_upload_date": int(until.timestamp()),
        }
        asked = {"text": text, "sort": "date-posted-desc", "extras": EXTRAS, **window}
        answer = ask_api(look, "photos.search", {**asked, "per_page": SIZE})
        return expect(answer, "photos", dict, API)

    def over(answer: Any) -> str:
        total = whole(str(answer.get("total", "")), "total")
        return f"{total} photos in one minute are more than a page" if total > SIZE else ""

    for answer, told in halve(look, ask, over, timedelta(minutes=1)):
        photos = expect(answer, "photo", list, API)
        yield page_of("flickr", API, photos, lambda one: read_photo(one, look), "id", KNOWN, told)
        for photo in photos:
            if isinstance(photo, Mapping) and str(photo.get("count_comments", "?")) != "0":
                yield comments_of(look, text_id(photo, "id"))


def _again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a deletion where a photo, or a comment under its photo, is no longer there."""
    if "-" not in native_id:
        yield from (item for item in count_again(look, native_id) if not isinstance(item, Snapshot))
        return
    page = comments_of(look, native_id.split("-")[1])
    if native_id not in {item.native_id for item in page.items}:
        yield from gone(look, "flickr", [native_id])
