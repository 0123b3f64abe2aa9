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
from urllib.parse import urlsplit

from pydantic import Field

from listening.clean import UncleanError, strip_html
from listening.contract import BrandFile, Item, ListeningError, Mention, Page, Snapshot
from listening.net.answer import CutError, Response, read_json
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone, halve, hear, one_by_one
from listening.sources._queries import search_targets
from listening.sources._read import epoch, expect, field, page_of, part, text_id, whole, words

API: Final = "https://api.flickr.com"
SIZE: Final = 250
EXTRAS: Final = (
    "description,date_upload,owner_name,path_alias,tags,views,count_faves,count_comments"
)
KNOWN: Final = words(
    """_content author author_is_deleted authorname count_comments count_faves datecreate
    datetakenunknown dateupload description farm iconfarm iconserver id isfamily isfriend
    ispublic owner ownername path_alias pathalias permalink realname secret server tags title
    views"""
)
BUSY: Final = (0, 105, 106)  # "currently unavailable", "write operation failed", and its like
UNKNOWN: Final = 1  # of a photo


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
    yield from one_by_one(photos, lambda one: _counted(look, one))


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
        answer = _ask(look, "photos.search", {**asked, "per_page": SIZE})
        return expect(answer, "photos", dict, API)

    def over(answer: Any) -> str:
        total = whole(str(answer.get("total", "")), "total")
        return f"{total} photos in one minute are more than a page" if total > SIZE else ""

    for answer, told in halve(look, ask, over, timedelta(minutes=1)):
        photos = expect(answer, "photo", list, API)
        yield page_of("flickr", API, photos, lambda one: _photo(one, look), "id", KNOWN, told)
        for photo in photos:
            if isinstance(photo, Mapping) and str(photo.get("count_comments", "?")) != "0":
                yield _comments(look, text_id(photo, "id"))


def _comments(look: Look, photo: str) -> Page:
    """Return what is said under a photo; nothing where it is gone meanwhile."""
    answer = _ask(look, "photos.comments.getList", {"photo_id": photo})
    listed = part(expect(answer, "comments", dict, API), "comment", list) if answer else []
    return page_of("flickr", API, listed, lambda one: _comment(one, photo, look), "id", KNOWN)


def _again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield a deletion where a photo, or a comment under its photo, is no longer there."""
    if "-" not in native_id:
        yield from (item for item in _counted(look, native_id) if not isinstance(item, Snapshot))
        return
    page = _comments(look, native_id.split("-")[1])
    if native_id not in {item.native_id for item in page.items}:
        yield from gone(look, "flickr", [native_id])


def _counted(look: Look, native_id: str) -> Iterator[Item]:
    answer = _ask(look, "photos.getInfo", {"photo_id": native_id})
    if not answer:
        yield from gone(look, "flickr", [native_id])
        return
    photo = expect(answer, "photo", dict, API)
    counts = [field(photo, "views", str), field(field(photo, "comments", dict), "_content", str)]
    views, comments = (whole(one, "a count") for one in counts)
    yield Snapshot("flickr", native_id, look.started_at, views=views, comments=comments)


def _ask(look: Look, method: str, asked: Mapping[str, Any]) -> Any:
    """Return an answer; None where Flickr does not know the photo."""
    key = need_credential(look.settings["connection"], "password: an API key of Flickr")
    url = f"{look.settings['base_url']}/services/rest/"
    plain = {"format": "json", "nojsoncallback": 1, "api_key": key.password}
    answer = look.http.fetch(url, _read, params={"method": f"flickr.{method}", **asked, **plain})
    if expect(answer, "stat", str, url) == "ok":
        return answer
    code = expect(answer, "code", int, url)
    if code == UNKNOWN and "photo_id" in asked:
        return None
    raise ListeningError(
        f"Flickr says {code}: {str(answer.get('message'))[:200]}",
        where=f"{urlsplit(url).hostname}: {method}",
        mend="See the error codes of the method at flickr.com/services/api",
    )


def _read(response: Response) -> Any:
    answer = read_json(response)
    if isinstance(answer, Mapping) and answer.get("code") in BUSY:
        raise CutError(f"Flickr is busy: code {answer['code']}")
    return answer


def _photo(raw: Any, look: Look) -> Mention:
    number, owner = field(raw, "id", str), field(raw, "owner", str)
    said = strip_html(part(part(raw, "description", dict), "_content", str))
    tags = " ".join(f"#{tag}" for tag in part(raw, "tags", str).split())
    title = part(raw, "title", str)
    if not (said or tags or title):
        raise UncleanError("no_text", "the photo has neither title, description nor tags")
    return Mention(
        source="flickr",
        native_id=number,
        text="\n".join(filter(None, (said, tags))),
        title=title,
        url=f"https://www.flickr.com/photos/{raw.get('pathalias') or owner}/{number}/",
        author=raw.get("pathalias") or owner,
        author_id=owner,
        author_name=part(raw, "ownername", str),
        published_at=epoch(whole(field(raw, "dateupload", str), "dateupload"), "dateupload"),
        observed_at=look.started_at,
        channel="flickr",
        thread_native_id=number,
        likes=_count(raw, "count_faves"),
        comments=_count(raw, "count_comments"),
        views=_count(raw, "views"),
    )


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    """Return a count, which is served as a number or as text, or not at all."""
    value = raw.get(name)
    return None if value is None else whole(str(value), name)


def _comment(raw: Any, photo: str, look: Look) -> Mention:
    created = whole(field(raw, "datecreate", str), "datecreate")
    return Mention(
        source="flickr",
        native_id=field(raw, "id", str),
        text=strip_html(field(raw, "_content", str)),
        url=field(raw, "permalink", str),
        author=raw.get("path_alias") or field(raw, "author", str),
        author_id=field(raw, "author", str),
        author_name=part(raw, "authorname", str),
        published_at=epoch(created, "datecreate"),
        observed_at=look.started_at,
        kind="comment",
        channel="flickr",
        parent_native_id=photo,
        thread_native_id=photo,
    )
